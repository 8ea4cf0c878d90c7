"""What is asked of a provider: one module per concern, each law an ordinary pytest test."""
