"""The ledger: one row for each statement of a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from vidconform.contracts.data_files import read_toml
from vidconform.contracts.edition import Edition
from vidconform.errors import DataFileProblem


class Level(StrEnum):
    """The force of a statement, in the words of RFC 2119."""

    MUST = "MUST"
    SHOULD = "SHOULD"
    MAY = "MAY"


@dataclass(frozen=True)
class Requirement:
    """One row of a ledger; it does not know what checks it.

    `refuted` is what was observed instead: `date` (ISO) and `observed`.
    """

    id: str
    level: Level
    concern: str
    statement: str
    source: str
    document: str
    untestable: str | None = None
    subject: str | None = None
    reading: str | None = None
    refuted: Mapping[str, str] | None = None

    @property
    def place(self) -> str:
        """Where the statement stands: document, then section."""
        return f"{self.document}: {self.source}"


def load_ledger(path: Path) -> tuple[Edition, dict[str, Requirement]]:
    """Return the edition that a requirements.toml is about, and its rows by id; raises DataFileProblem."""
    content = read_toml(path, "ledger")
    rows: dict[str, Requirement] = {}
    for row in content["requirement"]:
        if row["id"] in rows:
            raise DataFileProblem(path, f"the requirement {row['id']!r} stands twice")
        level = Level(row.pop("level"))
        rows[row["id"]] = Requirement(level=level, document=content["document"], **row)
    return Edition(content["document"], **content.get("edition", {})), rows
