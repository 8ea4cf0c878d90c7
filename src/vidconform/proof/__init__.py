"""The proof: every vice against every requirement, and the score that comes of it.

Nothing is imported here: the command line loads this package for its names alone.
"""
