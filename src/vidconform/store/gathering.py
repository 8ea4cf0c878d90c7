"""Runs one probe over one transport and keeps what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vidconform.contracts import Contract
from vidconform.exchange import Evidence, Gap
from vidconform.ledger import OverLimit
from vidconform.probes import ProbeContext, ProbeSettings, kind_of_probe, probe_named
from vidconform.transport import NotSent, ProbeFailure, Transport, one_line


def gather(
    contract: Contract,
    probe: str,
    setting: ProbeSettings,
    transport: Transport,
    find: Callable[[str], Any],
    notes: dict[str, Any] | None = None,
) -> Evidence:
    """Return the evidence of a probe; trouble and what is withheld become gaps, never exceptions."""
    known = probe_named(contract, probe)
    context = ProbeContext(contract, setting, transport, probe, dict(notes or {}), is_plain=known.kind == "life")
    end: list[Gap] = []
    try:
        if (contract.id, probe) in setting.skipped:
            raise NotSent(setting.skipped[contract.id, probe])
        known.script(context, find)
    except NotSent as not_sent:
        hint = one_line(setting.redactor.text(not_sent.hint))
        end = [Gap("refused" if isinstance(not_sent, OverLimit) else "unseen", hint)]
    except ProbeFailure as failure:
        context.failures.append(failure)
    # In the order in which they came up; a replay meets them in the same one.
    cut = [
        Gap("inconclusive", one_line(setting.redactor.text(t.cause)), t.beside, t.exchange) for t in context.failures
    ]
    return context.evidence(kind_of_probe(probe), (*cut, *end), context.notes)
