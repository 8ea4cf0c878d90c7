"""Evidence: gathered once from a service or a recording, and kept on disk."""

from vidconform.store.cassettes import Cassette, cassette_path, cassette_text, load_cassette, recorded_versions
from vidconform.store.claim import Claim
from vidconform.store.documented_examples import documented_evidence
from vidconform.store.evidence_store import Store
from vidconform.store.journal import Journal, clear
from vidconform.store.journal_lines import LOST, first_contract, read_journal, read_journal_lines
from vidconform.store.kept_runs import TAKEN, Kept, KeptSource, kept_evidence, tells_of_loss
from vidconform.store.observer import FORMAT, NAME, Observer, forget
from vidconform.store.planned import Forecast, PlannedCreations, PlannedSource, planned_source
from vidconform.store.sources import LiveSource, RecordedSource, Source, read_cassettes

__all__ = [
    "FORMAT", "LOST", "NAME", "TAKEN", "Cassette", "Claim", "Forecast", "Journal", "Kept", "KeptSource", "LiveSource",
    "Observer", "PlannedCreations", "PlannedSource", "RecordedSource", "Source", "Store", "cassette_path",
    "cassette_text", "clear", "documented_evidence", "first_contract", "forget", "kept_evidence", "load_cassette",
    "planned_source", "read_cassettes", "read_journal", "read_journal_lines", "recorded_versions", "tells_of_loss",
]  # fmt: skip
