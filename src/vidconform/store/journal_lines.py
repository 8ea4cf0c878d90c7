"""The lines of evidence.jsonl, read back; those of the format before are read like those of today's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat, decode_plain_json
from vidconform.exchange import FORMATS, Evidence, Exchange, Gap, ProbeKind, decode, decode_gap
from vidconform.probes import kind_of_probe
from vidconform.store.journal import FORMAT, NAME
from vidconform.text import Redacted

_FIRST = "vidconform/evidence@1"
_SCHEMA = FileFormat(FORMATS / "evidence.schema.json")

Line = Mapping[str, Any]

LOST = Redacted(f"a part of what the probe brought is not in {NAME} any more")
"""What is said of a probe of which a kill or damage took lines."""


def read_journal(folder: Path) -> list[Evidence]:
    """Return what each probe of a run brought; none where there is no file."""
    return list(evidence_of(read_journal_lines(folder)))


def evidence_of(lines: Iterable[Line]) -> Iterator[Evidence]:
    """Yield what each probe brought, from the lines of an evidence.jsonl; what was lost of a probe is a gap of it."""
    found: dict[tuple[str, str], _Read] = {}
    for line in lines:
        found.setdefault((line["contract"], line["probe"]), _Read()).add(line)
    for key, read in found.items():
        yield read.evidence(*key)


def read_journal_lines(folder: Path) -> Iterator[Line]:
    """Yield the lines behind the first; a killed run leaves the last one cut, and what is damaged is left out."""
    path = folder / NAME
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from lines_of(file)


def first_contract(folder: Path) -> str:
    """Return the contract that the first line of a run's evidence is of; an empty text where nothing tells it."""
    return next((str(line["contract"]) for line in read_journal_lines(folder)), "")


def lines_of(texts: Iterable[str]) -> Iterator[Line]:
    """Yield the lines behind the first that can be read."""
    rest = iter(texts)
    form = _parsed(next(rest, "")).get("format")
    for text in rest if form in (FORMAT, _FIRST) else ():
        try:
            line = _parsed(text)
            line = _of_first(line) if form == _FIRST else line
            _SCHEMA.check(line)
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
        if line["kind"] != "evidence":
            yield line


def _parsed(text: str) -> dict[str, Any]:
    try:
        line = decode_plain_json(text)
    except ValueError:
        line = None
    return line if isinstance(line, dict) else {}


@dataclass
class _Read:
    """What was read of one probe; a line is let go as soon as it is read, for it takes ten times its text."""

    exchanges: list[Exchange] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    facts: Line | None = None

    def add(self, line: Line) -> None:
        one = _decoded(line)
        if isinstance(one, Exchange):
            self.exchanges.append(one)
            self.indexes.append(line["index"])
        elif one is not None:
            self.gaps.append(one)
        elif line["kind"] == "probe" and self.facts is None:
            self.facts = line

    def evidence(self, contract: str, probe: str) -> Evidence:
        gaps, exchanges = (*self.gaps, *self._lost()), tuple(self.exchanges)
        kind: ProbeKind = "document" if probe == "document" else kind_of_probe(probe)
        if self.facts is not None:
            told = self.facts["origin"], self.facts["at"], self.facts["notes"]
            return Evidence(contract, probe, exchanges, gaps, *told, kind=kind, spec=self.facts.get("spec", ""))
        origin, at = (exchanges[0].origin, exchanges[0].at) if exchanges else ("live", "")
        return Evidence(contract, probe, exchanges, gaps, origin, at, kind=kind)

    def _lost(self) -> tuple[Gap, ...]:
        """Return the gap that stands for lines that a kill or damage took."""
        counted = (self.facts or {}).get("exchanges"), (self.facts or {}).get("gaps")
        is_counted = counted in ((len(self.exchanges), len(self.gaps)), (None, None))
        is_whole = is_counted and self.indexes == list(range(len(self.indexes)))
        return () if is_whole else (Gap("inconclusive", LOST),)


def _decoded(line: Line) -> Exchange | Gap | None:
    """Return what a line holds, or None where it holds neither or its base64 is none."""
    try:
        if line["kind"] == "exchange":
            return decode(line)
        return decode_gap({**line, "kind": line["gap"]}) if line["kind"] == "gap" else None
    except ValueError:
        return None


def _of_first(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the first format as one of today's: of its bodies only the beginning was kept."""
    if line.get("kind") != "exchange":
        return line
    request, reply = line["request"], line["reply"]
    sent, came = request["body"], dict(reply["body"])
    size, cut = came.pop("size"), came.pop("cut")
    return {
        **line,
        "request": {
            "method": request["method"],
            "base_url": "",
            "target": request["url"],
            "headers": request["headers"],
            "body": sent and {name: sent[name] for name in ("text", "base64") if name in sent},
        },
        "reply": {**reply, "body": came, "cut": cut, "read": {"length": size, "sha256": ""} if cut else None},
    }
