"""A text of a stranger's that was not redacted cannot be kept, written or shown: the checker of types refuses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
from vidconform.exchange import Evidence, Exchange, Gap
from vidconform.ledger import Budget, CreationLog
from vidconform.probes import ProbeSettings
from vidconform.redaction import Redactor
from vidconform.store import Journal, Observer
from vidconform.contracts import Contract
from vidconform.transport import one_line
from vidconform.verdicts import Verdict

def leave(
    said: str, redactor: Redactor, setting: ProbeSettings, budget: Budget, log: CreationLog, journal: Journal,
    observer: Observer, evidence: Evidence, exchange: Exchange, contract: Contract, verdict: Verdict,
) -> None:
"""
KEPT = {
    "a gap's sentence": 'Gap("inconclusive", {said})',
    "what a run says while it waits": "setting.tell({said})",
    "a lost creation": 'budget.lose("octopusx", {said})',
    "what became of a creation": "log.lost(1, {said})",
    "a line that is cut": "one_line({said})",
}
WRITTEN = {
    "evidence.jsonl": ("journal.keep(contract, {})", "evidence", "redactor.evidence(evidence)"),
    "observed.json": ("observer.keep(contract, {})", "evidence", "redactor.evidence(evidence)"),
    "creations.jsonl": ("log.accepted(1, None, {})", "exchange", "redactor.exchange(exchange)"),
    "a text of a verdict": ("verdict.shown({})", "str", "redactor.text"),
    "results.jsonl": ("{}.as_dict()", "verdict", "verdict.shown(redactor.text)"),
}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_was_not_redacted_is_refused(tmp_path: Path) -> None:
    raw = [line.format(said='f"task {said}"') for line in KEPT.values()]
    raw += [line.format(value) for line, value, _ in WRITTEN.values()]
    shown = [line.format(said='redactor.text(f"task {said}")') for line in KEPT.values()]
    shown += [line.format(value) for line, _, value in WRITTEN.values()]
    file = tmp_path / "leaving.py"
    file.write_text(HEAD + "".join(f"    {line}\n" for line in raw + shown))
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=", str(file)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    first = len(HEAD.splitlines()) + 1
    refused = {int(line.split(":")[1]) - first for line in done.stdout.splitlines() if "error:" in line}
    assert refused == set(range(len(raw))), done.stdout
