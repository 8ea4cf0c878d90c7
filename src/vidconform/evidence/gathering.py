"""Runs one probe over one transport and keeps what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from vidconform.contracts import Contract
from vidconform.evidence.evidence import Evidence, Gap
from vidconform.probes import PROBES, Conversation, NotSent, OverBudget, ProbeFailure, Setting, Transport


def gather(
    contract: Contract,
    probe: str,
    setting: Setting,
    transport: Transport,
    find: Callable[[str], Any],
    notes: dict[str, Any] | None = None,
) -> Evidence:
    """Return the evidence of a probe; trouble and what is withheld become gaps, never exceptions."""
    talk = Conversation(contract, setting, transport, probe, dict(notes or {}))
    end: list[Gap] = []
    try:
        PROBES[probe].script(talk, find)
    except NotSent as not_sent:
        end = [Gap("refused" if isinstance(not_sent, OverBudget) else "unseen", not_sent.hint)]
    except ProbeFailure as failure:
        talk.failures.append(failure)
    # In the order in which they came up; a replay meets them in the same one.
    cut = [Gap("inconclusive", setting.redactor.text(t.cause), t.beside) for t in talk.failures]
    return _evidence(talk, (*cut, *end))


def _evidence(talk: Conversation, gaps: tuple[Gap, ...]) -> Evidence:
    origins = [exchange.origin for exchange in talk.exchanges]
    # Replies of an emulator and of a vendor never stand in one conversation; should they, it is not the vendor's.
    origin = "emulated" if "emulated" in origins else next(iter(origins), "live")
    at = talk.exchanges[0].at if talk.exchanges else datetime.now(UTC).isoformat(timespec="milliseconds")
    kind = PROBES[talk.probe].kind
    return Evidence(talk.contract.id, talk.probe, tuple(talk.exchanges), gaps, origin, at, talk.notes, kind=kind)
