"""From what came of the calls to one line for each row of the ledger, in the format of results.jsonl."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from vidconform.client.openai_sdk.call_checks import MET, Disappointed
from vidconform.client.openai_sdk.openai_calls import ERRORED, NEEDS, NOT_TAKEN, RAN, REFUSED, TROUBLE, CallResult
from vidconform.client.openai_sdk.openai_checks import CHECKS
from vidconform.client.openai_sdk.openai_ledger import ClientRequirement, client_ledger
from vidconform.contracts import Level
from vidconform.run import CLIENT_LEDGER
from vidconform.verdicts import Label, Outcome, Pointer

_UNMET = {Level.MUST: Label.FAILS, Level.SHOULD: Label.DEVIATES}
_OUTCOMES = {TROUBLE: Outcome.INCONCLUSIVE, ERRORED: Outcome.ERRORED}
_LABELS = {TROUBLE: Label.INCONCLUSIVE, ERRORED: Label.ERRORED, REFUSED: Label.REFUSED}
_SHOWS_NOTHING = "a call that shows it"
AS_EXPECTED = "as expected"
Row = dict[str, Any]


def client_findings(provider: str, version: str, results: Sequence[CallResult]) -> list[Row]:
    """Return a line for each row of the ledger; the member `client` marks it as none of the provider's promises."""
    return [_line(provider, version, row, [r for r in results if r.name == row.call]) for row in client_ledger()]


def _line(provider: str, version: str, row: ClientRequirement, results: Sequence[CallResult]) -> Row:
    judged = [(result, CHECKS[row.id](result)) for result in results if result.state in (RAN, NOT_TAKEN)]
    broken = [(result, found) for result, found in judged if isinstance(found, Disappointed)]
    if broken:
        result, found = broken[0]
        label = _UNMET[row.level]
        return _told(provider, version, row, Outcome.UNMET, label, row.severity, found.expected, found.received, result)
    met = [result for result, found in judged if found is MET]
    if met:
        return _told(provider, version, row, Outcome.MET, Label.CONFORMS, AS_EXPECTED, "", "", *met)
    return _unseen(provider, version, row, results)


def _unseen(provider: str, version: str, row: ClientRequirement, results: Sequence[CallResult]) -> Row:
    """Return why a row was not seen, or that trouble hid it."""
    why = next((result for result in results if result.state not in (RAN, NOT_TAKEN)), None)
    state, told = (why.state, why.told) if why is not None else (NEEDS, _SHOWS_NOTHING)
    outcome, label = _OUTCOMES.get(state, Outcome.UNSEEN), _LABELS.get(state, Label.UNSEEN)
    said = ("", told) if outcome is not Outcome.UNSEEN else (told, "")
    return _told(provider, version, row, outcome, label, state, *said)


def _told(
    provider: str, version: str, row: ClientRequirement, outcome: Outcome, label: Label, reading: str,
    expected: str, received: str, *results: CallResult,
) -> Row:  # fmt: skip
    return {
        "kind": "verdict",
        "provider": provider,
        "contract": CLIENT_LEDGER,
        "requirement": row.id,
        "level": row.level.value,
        "subject": "service",
        "outcome": outcome.value,
        "reading": label.value,
        "statement": row.statement,
        "source": f"openai {version}: {row.call}",
        "expected": expected,
        "received": received,
        "observations": len(results),
        "evidence": [asdict(pointer) for pointer in _last_pointers(results)],
        "client": {"call": row.call, "severity": row.severity, "reading": reading, "advice": row.advice},
    }


def _last_pointers(results: Iterable[CallResult]) -> list[Pointer]:
    """Return the last reply behind each call, which is the one that it came to."""
    return [result.pointers[-1] for result in results if result.pointers][:3]
