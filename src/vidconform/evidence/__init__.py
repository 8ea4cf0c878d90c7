"""What the probes brought home, live, recorded, emulated or documented."""

from vidconform.evidence.cassettes import Cassette, cassette_path, load_cassette, save_cassette
from vidconform.evidence.creation_lines import Created, read_creations
from vidconform.evidence.creations import Creations
from vidconform.evidence.documented import documented_evidence
from vidconform.evidence.evidence import ORIGINS, Evidence, Gap
from vidconform.evidence.journal import Journal
from vidconform.evidence.journal_lines import read_journal
from vidconform.evidence.observing import Observer
from vidconform.evidence.planned import Forecast, PlannedCreations, PlannedSource, planned_source
from vidconform.evidence.store import LiveSource, RecordedSource, Source, Store, read_cassettes

__all__ = [
    "ORIGINS",
    "Cassette",
    "Created",
    "Creations",
    "Evidence",
    "Forecast",
    "Gap",
    "Journal",
    "LiveSource",
    "Observer",
    "PlannedCreations",
    "PlannedSource",
    "RecordedSource",
    "Source",
    "Store",
    "cassette_path",
    "documented_evidence",
    "load_cassette",
    "planned_source",
    "read_cassettes",
    "read_creations",
    "read_journal",
    "save_cassette",
]
