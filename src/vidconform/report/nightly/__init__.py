"""What changed between runs, and what a person should hear of it."""
