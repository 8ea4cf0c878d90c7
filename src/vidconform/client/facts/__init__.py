"""Client facts: what an adapter needs of each contract, with the document's word and what evidence says."""

from vidconform.client.facts.facts_cli import add_facts

__all__ = ["add_facts"]
