"""The lines of evidence.jsonl, read back; those of the format before are read like those of today's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat, decode_plain_json
from vidconform.exchange import FORMATS, Evidence, ProbeKind, decode, decode_gap
from vidconform.probes import kind_of_probe
from vidconform.store.journal import FORMAT, NAME

_FIRST = "vidconform/evidence@1"
_SCHEMA = FileFormat(FORMATS / "evidence.schema.json")

Line = Mapping[str, Any]


def read_journal(folder: Path) -> list[Evidence]:
    """Return what each probe of a run brought; none where there is no file, and without what cannot be read."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in read_lines(folder):
        found.setdefault((line["contract"], line["probe"]), []).append(line)
    return [_evidence(*key, lines) for key, lines in found.items()]


def read_lines(folder: Path) -> Iterator[Line]:
    """Yield the lines behind the first; a killed run leaves the last one cut, and what is damaged is left out."""
    path = folder / NAME
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        form = _parsed(next(file, "")).get("format")
        if form not in (FORMAT, _FIRST):
            return
        for text in file:
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


def _evidence(contract: str, probe: str, lines: list[Line]) -> Evidence:
    exchanges = tuple(decode(line) for line in lines if line["kind"] == "exchange")
    gaps = tuple(decode_gap({**line, "kind": line["gap"]}) for line in lines if line["kind"] == "gap")
    facts = next((line for line in lines if line["kind"] == "probe"), None)
    kind: ProbeKind = "document" if probe == "document" else kind_of_probe(probe)
    if facts is not None:
        return Evidence(contract, probe, exchanges, gaps, facts["origin"], facts["at"], facts["notes"], kind=kind)
    origin, at = (exchanges[0].origin, exchanges[0].at) if exchanges else ("live", "")
    return Evidence(contract, probe, exchanges, gaps, origin, at, kind=kind)


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
