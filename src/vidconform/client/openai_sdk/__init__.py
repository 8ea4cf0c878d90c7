"""The official openai package driven against a provider, and what a client that is written with it would notice."""

from vidconform.client.openai_sdk.openai_lanes import OpenAILanes
from vidconform.client.openai_sdk.openai_ledger import client_ledger
from vidconform.client.openai_sdk.openai_summary import call_table, summary_lines

__all__ = ["OpenAILanes", "call_table", "client_ledger", "summary_lines"]
