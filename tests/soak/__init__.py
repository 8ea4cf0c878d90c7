"""Random runs against hostile vendors, held to what the vendors themselves have counted."""
