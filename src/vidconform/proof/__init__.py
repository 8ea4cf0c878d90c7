"""The proof: every vice against every requirement, and the score that comes of it."""

from vidconform.proof.proof_cli import add_proof

__all__ = ["add_proof"]
