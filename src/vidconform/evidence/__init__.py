"""What the probes brought home, live, recorded, emulated or documented."""

from vidconform.evidence.cassettes import Cassette, cassette_path, load_cassette, save_cassette
from vidconform.evidence.creations import NAME as NAME_OF_CREATIONS
from vidconform.evidence.creations import Created, Creations, read_creations
from vidconform.evidence.documented import documented_evidence
from vidconform.evidence.evidence import ORIGINS, Evidence, Gap
from vidconform.evidence.journal import Journal
from vidconform.evidence.observing import Observer
from vidconform.evidence.store import LiveSource, RecordedSource, Source, Store, read_cassettes

__all__ = [
    "NAME_OF_CREATIONS",
    "ORIGINS",
    "Cassette",
    "Created",
    "Creations",
    "Evidence",
    "Gap",
    "Journal",
    "LiveSource",
    "Observer",
    "RecordedSource",
    "Source",
    "Store",
    "cassette_path",
    "documented_evidence",
    "load_cassette",
    "read_cassettes",
    "read_creations",
    "save_cassette",
]
