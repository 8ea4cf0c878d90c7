"""A client of the user's, run against each vice of a provider: which faults it sees, and which it does not."""

from vidconform.client.against_vices.client_cli import add_client

__all__ = ["add_client"]
