"""SARIF 2.1.0 (OASIS): what breaks, with the ledger row and the schema node as locations."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from vidconform import __version__
from vidconform.locations import data_folder
from vidconform.report.report_model import Entry, ReportModel
from vidconform.text import visible
from vidconform.verdicts import Label

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# kind and level (3.27.9, 3.27.10): a level other than none is said of what failed only.
_KINDS = {
    Label.FAILS: ("fail", "error"), Label.ERRORED: ("fail", "error"), Label.DEVIATES: ("fail", "warning"),
    Label.CONTRADICTS: ("fail", "warning"), Label.INCONCLUSIVE: ("open", "none"), Label.UNSEEN: ("open", "none"),
    Label.REFUSED: ("open", "none"), Label.NOT_OFFERED: ("notApplicable", "none"),
}  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


def as_sarif(merged: ReportModel) -> dict[str, Any]:
    """Return whatever does not conform as a SARIF log of one run; what conforms is no result of an analysis."""
    entries = [entry for _, entry in merged.entries() if entry.label is not Label.CONFORMS]
    rules = {_rule_id(entry): entry for entry in entries}
    places = {rule: index for index, rule in enumerate(rules)}
    return {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "vidconform", "version": __version__, "rules": [*map(_rule, rules.values())]}
                },
                "invocations": [{"executionSuccessful": not merged.truncated}],
                "columnKind": "unicodeCodePoints",
                "results": [_result(entry, places[_rule_id(entry)]) for entry in entries],
            }
        ],
    }


def _rule_id(entry: Entry) -> str:
    return f"{visible(entry.row.contract, 120)}/{visible(entry.row.requirement, 120)}"


def _rule(entry: Entry) -> dict[str, Any]:
    row = entry.row
    return {
        "id": _rule_id(entry),
        "shortDescription": {"text": visible(row.statement) or "-"},
        "fullDescription": {"text": f"{visible(row.statement)} ({visible(row.source)})"},
        "properties": {"tags": [row.level, visible(row.concern, 60)]},
    }


def _result(entry: Entry, index: int) -> dict[str, Any]:
    row = entry.row
    kind, level = _KINDS[row.label]
    said = f": expected {visible(row.expected)}, received {visible(row.received)}" if row.received else ""
    return {
        "ruleId": _rule_id(entry),
        "ruleIndex": index,
        "kind": kind,
        "level": level,
        "message": {"text": f"{row.label} ({row.subject}, {entry.origin} evidence){said}"},
        "locations": _locations(entry),
        "partialFingerprints": {"question/v1": f"{_rule_id(entry)}/{row.subject}"},
        "properties": {"reading": row.label, "origin": entry.origin, "at": entry.at.isoformat()},
    }


def _locations(entry: Entry) -> list[dict[str, Any]]:
    """Return the ledger row, then the schema node where a schema decides."""
    row = entry.row
    name = {"name": visible(row.requirement, 120), "fullyQualifiedName": _rule_id(entry), "kind": "member"}
    ledger = f"specs/{row.contract}/requirements.toml"
    line = _line(row.contract, row.requirement)
    found = [{"physicalLocation": _physical(ledger, line), "logicalLocations": [name]}]
    kind, _, place = row.decided_by.partition(":")
    if kind == "schema" and "#" in place:
        file, _, pointer = place.partition("#")
        node = {
            "name": visible(pointer) or "/",
            "fullyQualifiedName": visible(f"{row.contract}/{place}"),
            "kind": "member",
        }
        found.append({"physicalLocation": _physical(f"specs/{row.contract}/{file}", None), "logicalLocations": [node]})
    return found


def _physical(uri: str, line: int | None) -> dict[str, Any]:
    location = {"artifactLocation": {"uri": quote(visible(uri).replace("..", "-")), "uriBaseId": "SRCROOT"}}
    return {**location, "region": {"startLine": line}} if line is not None else location


def _line(contract: str, requirement: str) -> int | None:
    """Return where a requirement's row stands, for contracts that come with the project."""
    return _ledger(contract).get(requirement)


@cache
def _ledger(contract: str) -> dict[str, int]:
    parts = contract.split("/")
    # A contract's name comes from a file: only plain names lead to one of ours.
    if len(parts) != 2 or not all(_PLAIN.fullmatch(part) and part.strip(".") for part in parts):
        return {}
    path: Path = data_folder("specs") / parts[0] / parts[1] / "requirements.toml"
    if not path.is_file():
        return {}
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    return {line.split('"')[1]: number for number, line in lines if line.startswith('id = "')}
