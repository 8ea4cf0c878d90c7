"""What the newest run of each provider cost: requests, creations, seconds, money where a price is known."""

from __future__ import annotations

from dataclasses import dataclass

from vidconform.report.report_model import ReportModel
from vidconform.report.run_model import Spent


@dataclass(frozen=True)
class NewestCost:
    """One provider's newest run; `requests` is None where the run was cut before it could count them.

    `money` is None where no price is known, and 0 where an emulator was asked.
    """

    provider: str
    mode: str
    requests: int | None
    creations: int | None
    seconds: float | None
    money: float | None


def costs(merged: ReportModel) -> list[NewestCost]:
    """Return a line a provider."""
    newest = {column.served.name: column for column in merged.columns.values()}
    return [_cost(merged, name, column.runs[-1], column.served.creation_price) for name, column in newest.items()]


def _cost(merged: ReportModel, provider: str, index: int, price: float | None) -> NewestCost:
    run = merged.runs[index]
    seconds = None if run.finished_at is None else (run.finished_at - run.started_at).total_seconds()
    if run.is_truncated:
        return NewestCost(provider, run.mode, None, None, None, None)
    spent = run.cost.get(provider, Spent(0, 0))
    paid = 0 if provider in run.emulated else spent.creations
    money = None if price is None else round(price * paid, 4)
    return NewestCost(provider, run.mode, spent.requests, spent.creations, seconds, money)
