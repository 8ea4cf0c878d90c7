"""evidence.jsonl: the exchanges of a run, one a line, written as probes come in so that a killed run has them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO

from vidconform.contracts import Contract
from vidconform.evidence.evidence import Evidence
from vidconform.guard import Guard
from vidconform.probes import Exchange, Headers

FORMAT = "vidconform/evidence@1"
NAME = "evidence.jsonl"

# A reader wants to see what a body is, not own it; a video of megabytes is told by its size and its first bytes.
LONGEST_TEXT = 16_384
LONGEST_BINARY = 96
_LONGEST_HEADER = 1_024
_MOST_HEADERS = 64


class Journal:
    """Writes the exchanges of each probe once, without a secret of `guard`; the file appears with the first of them."""

    def __init__(self, folder: Path, guard: Guard | None = None) -> None:
        self._path, self._guard = folder / NAME, guard or Guard()
        self._file: TextIO | None = None
        self._kept: set[tuple[str, str]] = set()

    def keep(self, contract: Contract, evidence: Evidence) -> None:
        """Write what a probe brought, unless it is written already."""
        key = (evidence.contract, evidence.probe)
        if key not in self._kept:
            self._kept.add(key)
            self._write([*_exchanges(contract, evidence), *_gaps(evidence)])

    def close(self) -> None:
        """Close the file, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, lines: Iterable[dict[str, Any]]) -> None:
        file = self._file = self._file or self._open()
        file.writelines(self._guard.line(self._path, line) for line in lines)
        file.flush()

    def _open(self) -> TextIO:
        new = not self._path.exists()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a", encoding="utf-8")
        if new:
            file.write(json.dumps({"kind": "evidence", "format": FORMAT}) + "\n")
        return file


def clear(folder: Path) -> None:
    """Remove what an earlier run left in a folder."""
    (folder / NAME).unlink(missing_ok=True)


def _exchanges(contract: Contract, evidence: Evidence) -> list[dict[str, Any]]:
    return [_exchange(contract, evidence, index, exchange) for index, exchange in evidence]


def _exchange(contract: Contract, evidence: Evidence, index: int, exchange: Exchange) -> dict[str, Any]:
    request, reply = exchange.request, exchange.reply
    return {
        "kind": "exchange",
        "contract": evidence.contract,
        "probe": evidence.probe,
        "index": index,
        "step": exchange.step,
        "role": exchange.role,
        "task_id": exchange.task_id,
        "credential": exchange.credential,
        "origin": exchange.origin,
        "at": exchange.at,
        "elapsed": exchange.elapsed,
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": _headers(request.headers),
            "body": None if request.body is None else _body(request.body, False),
        },
        "reply": {"status": reply.status, "headers": _headers(reply.headers), "body": _body(reply.body, reply.cut)},
        "state": _state(contract, exchange),
    }


def _headers(headers: Headers) -> list[list[str]]:
    return [[name[:_LONGEST_HEADER], value[:_LONGEST_HEADER]] for name, value in headers[:_MOST_HEADERS]]


def _body(body: bytes, cut: bool) -> dict[str, Any]:
    """Return a body as text where it is UTF-8 without NUL, else its first bytes in base64."""
    text = None if b"\0" in body[:LONGEST_TEXT] else _text(body[:LONGEST_TEXT], len(body) > LONGEST_TEXT)
    if text is not None:
        return {"text": text, "size": len(body), "cut": cut or len(body) > LONGEST_TEXT}
    shown = base64.b64encode(body[:LONGEST_BINARY]).decode()
    return {"base64": shown, "size": len(body), "cut": cut or len(body) > LONGEST_BINARY}


def _text(piece: bytes, is_cut: bool) -> str | None:
    # The bound may fall into a character of up to four bytes.
    for end in range(len(piece), len(piece) - (4 if is_cut else 1), -1):
        try:
            return piece[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return None


def _state(contract: Contract, exchange: Exchange) -> dict[str, Any] | None:
    """Return what the reply says of a task's life, read where the contract has it."""
    body = exchange.reply.json
    if not exchange.reply.is_success or not isinstance(body, dict):
        return None
    places = {role: contract.field(role) for role in ("status", "progress")}
    values = {role: place.read(body) for role, place in places.items() if place is not None}
    status, progress = values.get("status"), values.get("progress")
    if not isinstance(status, str):
        return None
    plain = isinstance(progress, str | int | float) and not isinstance(progress, bool)
    return {
        "status": status[:80],
        "phase": contract.phase(status),
        "progress": (progress[:20] if isinstance(progress, str) else progress) if plain else None,
    }


def _gaps(evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {
            "kind": "gap",
            "contract": evidence.contract,
            "probe": evidence.probe,
            "gap": gap.kind,
            "sentence": gap.sentence,
        }
        for gap in evidence.gaps
    ]
