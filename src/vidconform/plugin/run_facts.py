"""What only the judging process knows of a run: a worker of pytest-xdist hands it to the controller."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from vidconform.run import Session, describe_remedies, foreign_verdicts
from vidconform.verdicts import ShownVerdict, fails

FACTS = "vidconform_facts"


def facts(session: Session) -> dict[str, Any]:
    """Return the cost of a run, why it is incomplete, who answered, what to mend, and verdicts by other contracts."""
    required, fail_on = session.required, session.options.fail_on
    return {
        "cost": session.costs(),
        "incomplete": session.why_incomplete(),
        "answered": session.answered(),
        "remedies": describe_remedies(session.provider_runs, session.redacted),
        "foreign": [_foreign_row(verdict, required, fail_on) for verdict in foreign_verdicts(session)],
    }


def _foreign_row(verdict: ShownVerdict, required: Collection[str], fail_on: str) -> dict[str, Any]:
    """Return a verdict by another contract as it is told; only one of the `required` contracts ever fails a run.

    What observation has refuted no client of the other contract can rely on either.
    """
    row = verdict.as_dict()
    is_required = row["against"] in required
    failing = is_required and not verdict.requirement.refuted and fails(verdict, fail_on)
    return {**row, **({"required": True} if is_required else {}), "failing": failing}
