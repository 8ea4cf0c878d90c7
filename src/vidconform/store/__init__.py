"""Evidence: gathered once from a service or a recording, and kept on disk."""

from vidconform.store.cassettes import cassette_path, load_cassette
from vidconform.store.claim import Claim
from vidconform.store.documented_examples import documented_evidence
from vidconform.store.evidence_store import Store
from vidconform.store.journal import Journal, clear
from vidconform.store.journal_lines import read_lines
from vidconform.store.observer import FORMAT, NAME, Observer, forget
from vidconform.store.planned import Forecast, PlannedCreations, PlannedSource, planned_source
from vidconform.store.sources import LiveSource, RecordedSource, read_cassettes

__all__ = [
    "FORMAT", "NAME", "Claim", "Forecast", "Journal", "LiveSource", "Observer", "PlannedCreations", "PlannedSource",
    "RecordedSource", "Store", "cassette_path", "clear", "documented_evidence", "forget", "load_cassette",
    "planned_source", "read_cassettes", "read_lines",
]  # fmt: skip
