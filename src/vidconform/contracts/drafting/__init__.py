"""Drafts of folders for a provider that nobody has described yet."""

from vidconform.contracts.drafting.draft_folder import draft

__all__ = ["draft"]
