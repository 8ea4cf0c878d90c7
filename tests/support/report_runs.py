"""Made-up runs for the tests of reports: results.jsonl and evidence.jsonl as a run writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from vidconform.report.results_writer import ResultsWriter

NOW = datetime.now(UTC)
OUTCOMES = {
    "conforms": "met", "fails": "unmet", "deviates": "unmet", "contradicts itself": "unmet", "not offered": "unmet",
    "unseen": "unseen", "refused": "unseen", "inconclusive": "inconclusive", "errored": "errored",
}  # fmt: skip


def sight(
    origin: str = "live", at: datetime = NOW, probe: str = "observe", exchange: int = 0, pointer: str = ""
) -> dict[str, Any]:
    """Return one pointer to an exchange."""
    return {
        "probe": probe,
        "exchange": exchange,
        "pointer": pointer,
        "origin": origin,
        "at": at.isoformat() if origin != "documented" else "",
    }


def verdict(
    label: str = "conforms", requirement: str = "id-type", contract: str = "acme/videos", **more: Any
) -> dict[str, Any]:
    """Return one verdict's line."""
    seen = label not in ("unseen", "refused", "inconclusive", "errored")
    subject = more.get("subject", "service")
    line = {
        "kind": "verdict",
        "provider": contract.partition("/")[0],
        "contract": contract,
        "requirement": requirement,
        "level": "MUST",
        "subject": subject,
        "outcome": OUTCOMES[label],
        "reading": label,
        "statement": f"The statement of {requirement}.",
        "source": "Document: section",
        "expected": "" if label == "conforms" else "type string",
        "received": "7 at /id" if OUTCOMES[label] == "unmet" else "",
        "observations": 3 if seen else 0,
        "evidence": [
            sight(
                "documented" if subject == "document" else "live",
                probe="document" if subject == "document" else "observe",
            )
        ]
        if seen
        else [],
        "request": "",
        "concern": "identifiers",
        "decided_by": "schema:task.schema.json#/properties/id",
    }
    return {**line, **more}


def write_run(
    folder: Path,
    verdicts: Sequence[Mapping[str, Any]],
    *,
    started_at: datetime | None = None,
    mode: str = "live",
    ended: bool = True,
    cost: Mapping[str, Any] | None = None,
    price: float | None = None,
    code: int = 0,
    remedies: Sequence[Mapping[str, str]] = (),
) -> Path:
    """Write a run into a folder and return its results file; `code` is what it exited with."""
    contracts = sorted({str(line["contract"]) for line in verdicts})
    writer = ResultsWriter(folder)
    writer.start(mode)
    for provider in sorted({contract.partition("/")[0] for contract in contracts}):
        own = {name: {"document": "Document"} for name in contracts if name.partition("/")[0] == provider}
        writer.provider(provider, f"https://{provider}.example", own, provider.title(), price)
    for line in verdicts:
        writer.verdict(line)
    writer.end(cost or {}, code, remedies=remedies)
    path = folder / "results.jsonl"
    if not ended:
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    if started_at is not None:
        _backdate(path, started_at)
    return path


def _backdate(path: Path, started_at: datetime) -> None:
    lines = path.read_text().splitlines()
    first = {**json.loads(lines[0]), "started_at": started_at.isoformat()}
    path.write_text("\n".join([json.dumps(first), *lines[1:]]) + "\n")


def exchange(
    body: bytes | str = b'{"id": 7}', *, contract: str = "acme/videos", index: int = 0, **more: Any
) -> dict[str, Any]:
    """Return one exchange's line."""
    text = body if isinstance(body, str) else body.decode()
    sent = [["Accept", "application/json"]]
    line = {
        "kind": "exchange", "contract": contract, "probe": "observe", "index": index, "step": "poll",
        "role": "retrieve", "task_id": "task_1", "credential": "key", "origin": "live",
        "at": (NOW + timedelta(seconds=index)).isoformat(), "elapsed": 0.012,
        "request": {
            "method": "GET", "base_url": "https://acme.example", "target": "/v1/videos/task_1", "headers": sent,
            "body": None,
        },
        "reply": {
            "status": 200, "headers": [["content-type", "application/json"]],
            "body": {"text": text}, "cut": False,
        },
        "state": {"status": "queued", "phase": "waiting", "progress": 0},
    }  # fmt: skip
    return {**line, **more}


def write_evidence(folder: Path, exchanges: Sequence[Mapping[str, Any]]) -> Path:
    """Write the evidence of a run into a folder."""
    lines = [{"kind": "evidence", "format": "vidconform/evidence@2"}, *exchanges]
    path = folder / "evidence.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def write_fleet(folder: Path, providers: int, requirements: int, nights: int) -> Path:
    """Write nights of runs over many providers, readings changing now and then, a third of the rows documented too."""
    labels = ("conforms", "conforms", "conforms", "conforms", "deviates", "fails", "unseen", "not offered")
    concerns = ("schema", "status", "progress", "times", "errors")
    for night in range(nights):
        at = NOW - timedelta(days=nights - 1 - night)
        lines = []
        for p in range(providers):
            for r in range(requirements):
                label = labels[(p * 7 + r * 3 + (night // 9 if r % 20 == 0 else 0)) % len(labels)]
                name, concern, contract = f"requirement-number-{r:03}", concerns[r % 5], f"vendor{p:03}/videos"
                level = ("MUST", "SHOULD", "MAY")[r % 3]
                pointers = [sight("emulated" if p % 5 == 0 else "live", at)] if label != "unseen" else []
                lines.append(verdict(label, name, contract, concern=concern, level=level, evidence=pointers))
                if r % 3 == 0:
                    lines.append(verdict("conforms", name, contract, concern=concern, level=level, subject="document"))
        write_run(folder / f"night-{night:02}", lines, started_at=at)
        write_evidence(
            folder / f"night-{night:02}",
            [exchange(contract=f"vendor{p:03}/videos", index=i) for p in range(providers) for i in range(20)],
        )
    return folder
