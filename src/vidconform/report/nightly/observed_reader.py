"""Reads observed.json back, or refuses it with one sentence; finds the newest of many runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat, decode_plain_json, read_text
from vidconform.errors import ResultsRefused
from vidconform.report.report_model import ReportModel
from vidconform.store import FORMAT, NAME
from vidconform.text import visible

SCHEMA = Path(__file__).parent / "observed.schema.json"

_CONTENT = FileFormat(SCHEMA)

Key = tuple[str, str, str | None, str | None, bool]
"""Role, status class, phase, probe and whether the replies are our emulator's."""

ObservedEntry = Mapping[str, Any]
"""One entry of observed.json."""


Observed = Mapping[Key, ObservedEntry]
"""What was observed of one contract."""


class Observations:
    """What the runs of a report observed, each file read once; `damaged` says which could not be."""

    def __init__(self, merged: ReportModel) -> None:
        self._merged = merged
        self._read: dict[int, dict[str, dict[Key, ObservedEntry]] | None] = {}
        self.damaged: list[str] = []

    @property
    def exist(self) -> bool:
        """Whether any run has left an observed.json."""
        return any(self._of(run) is not None for run in reversed(range(len(self._merged.runs))))

    def newest(self, contract: str) -> Observed:
        """Return what the newest run of a contract observed."""
        return (self._of(self._merged.columns[contract].runs[-1]) or {}).get(contract, {})

    def known(self, contract: str, wanted: Iterable[Key]) -> Observed:
        """Return what the newest run that saw an operation observed of it, and older ones of kinds that it missed."""
        missing, operations = set(wanted), {_operation(key) for key in wanted}
        found: dict[Key, ObservedEntry] = {}
        for run in reversed(self._merged.columns[contract].runs):
            seen = (self._of(run) or {}).get(contract, {})
            found |= {key: seen[key] for key in seen if key in missing or _operation(key) in operations}
            missing -= {*seen}
            operations -= {_operation(key) for key in seen}
            if not missing:
                break
        return found

    def _of(self, run: int) -> dict[str, dict[Key, ObservedEntry]] | None:
        if run not in self._read:
            self._read[run] = self._kept(self._merged.runs[run].path)
        return self._read[run]

    def _kept(self, results: Path) -> dict[str, dict[Key, ObservedEntry]] | None:
        try:
            return read_observed(results)
        except ResultsRefused as refused:
            # Information that is damaged must not hide what got worse.
            self.damaged.append(f"{refused}: its drift is not told.")
            return None


def _operation(key: Key) -> tuple[str, str, bool]:
    return key[0], key[1], key[4]


def read_observed(results: Path) -> dict[str, dict[Key, ObservedEntry]] | None:
    """Return what a run observed, by contract, from beside its results, or None; raises ResultsRefused."""
    path = results.with_name(NAME)
    try:
        content = decode_plain_json(read_text(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ResultsRefused(path, f"cannot be read: {error}") from error
    try:
        _CONTENT.check(content)
    except ValueError as problem:
        raise ResultsRefused(path, f"is not {FORMAT}: {visible(str(problem), 300)}") from problem
    return {contract: {_key(seen): seen for seen in found} for contract, found in content["contracts"].items()}


def _key(seen: ObservedEntry) -> Key:
    return seen["role"], seen["status"], seen["phase"], seen["probe"], seen["origin"] == "emulated"
