"""One run as the GitHub action starts it: doctor first, then pytest."""
