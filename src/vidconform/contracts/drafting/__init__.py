"""Drafts of folders for a provider that nobody has described yet."""

from vidconform.contracts.drafting.draft_folder import Draft, draft

__all__ = ["Draft", "draft"]
