"""The matrix of clients: one written for a contract, talking to each provider, and the rows behind each cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vidconform.report.against_others import Pair, asked_otherwise, tally
from vidconform.report.report_model import ReportModel
from vidconform.report.results_reader import row_of
from vidconform.report.run_model import VerdictRow
from vidconform.text import slug
from vidconform.verdicts import LABELS, NOT_SEEN, Label, Outcome


@dataclass(frozen=True)
class ClientCell:
    """A client written for `written`, talking to `asked`: what it would meet there."""

    asked: str
    written: str
    anchor: str
    tally: str
    lines: list[dict[str, Any]]

    @cached_property
    def rows(self) -> list[VerdictRow]:
        """Its verdicts, what breaks first."""
        return sorted(map(row_of, self.lines), key=lambda row: LABELS.index(row.label))

    @property
    def letter(self) -> str:
        """The letter of its worst reading; what nothing was seen of is told apart from what is well."""
        seen = [row.label for row in self.rows if row.label not in (*NOT_SEEN, Label.NOT_OFFERED)]
        return (seen[0] if seen else Label.UNSEEN).letter

    @property
    def told(self) -> list[VerdictRow]:
        """What is not as the client expects, and what could not be judged."""
        quiet = (Outcome.MET, Outcome.UNSEEN)
        return [row for row in self.rows if row.outcome not in quiet]

    @property
    def otherwise(self) -> list[tuple[str, str]]:
        """What the client would ask for otherwise, and the operations that it would miss, each once."""
        return list(dict.fromkeys(asked_otherwise(self.lines)))

    @property
    def seen(self) -> list[VerdictRow]:
        """What it finds as it expects it."""
        return [row for row in self.rows if row.outcome == Outcome.MET]

    @property
    def unseen(self) -> list[VerdictRow]:
        """What never came up."""
        asked = {line["requirement"] for line in self.lines if line.get("asked_otherwise")}
        return [row for row in self.rows if row.label in NOT_SEEN and row.requirement not in asked]


@dataclass(frozen=True)
class ClientMatrix:
    """The cells by the contract that was asked and the one that a client is written for."""

    asked: list[str]
    written: list[str]
    cells: dict[Pair, ClientCell]


def clients(merged: ReportModel) -> ClientMatrix:
    """Return the matrix of a report, empty where no evidence was judged by another contract."""
    taken: set[str] = set()
    cells = {
        pair: ClientCell(*pair, slug(f"client-{pair[1]}-at-{pair[0]}", taken), tally(lines), lines)
        for pair, lines in sorted(merged.foreign.items())
    }
    asked, written = (sorted({pair[side] for pair in cells}) for side in (0, 1))
    return ClientMatrix(asked, written, cells)
