"""Vendors that were written from what is known of their documents alone, by somebody who never saw their contracts."""
