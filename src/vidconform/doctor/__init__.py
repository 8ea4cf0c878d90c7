"""What stands in the way of a run, asked before anything is spent."""
