"""A recording of a provider of one's own, written and read by the tests of cassettes."""

from __future__ import annotations

from pathlib import Path

from tests.support.processes import copy_of
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import find_provider
from vidconform.exchange.evidence import Evidence, RedactedEvidence
from vidconform.store.cassettes import Cassette, cassette_path, load_cassette, save_cassette

BASE = "https://vendor.example/prefix"
AT = "2026-11-23T01:02:03.456+00:00"


class Own:
    """A contract outside the project, whose cassettes lie beside it; short to look at where hypothesis shows it."""

    def __init__(self, folder: Path) -> None:
        self.contract = load_contract(find_provider(str(copy_of("gptge", folder))), "videos")
        self.path = cassette_path(self.contract, "observe")

    def save(self, evidence: Evidence, base_url: str = BASE) -> None:
        """Write a recording."""
        assert save_cassette(self.contract, RedactedEvidence(evidence), base_url) == self.path

    def load(self) -> Cassette:
        """Read the recording."""
        return load_cassette(self.contract, "observe")
