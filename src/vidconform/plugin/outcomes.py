"""A verdict as pytest shows it: passed, failed, xfailed or skipped, with its sentence."""

from __future__ import annotations

import pytest

from vidconform.report import describe_known
from vidconform.text import printable
from vidconform.verdicts import Outcome, ShownVerdict, is_expected


def properties(verdict: ShownVerdict) -> list[tuple[str, object]]:
    """Return what a JUnit file tells of a verdict."""
    row = verdict.as_dict()
    return [(key, row[key]) for key in ("contract", "requirement", "level", "source", "reading")]


def show(report: pytest.TestReport, verdict: ShownVerdict, failing: bool) -> None:
    """Set the outcome and the sentence of a report."""
    row = {**verdict.as_dict(), "failing": failing}
    report.vidconform = row  # type: ignore[attr-defined]  # pytest keeps and hands over what it does not know
    sentence = printable(_sentence(verdict))
    if failing or verdict.outcome is Outcome.ERRORED:
        report.outcome, report.longrepr = "failed", sentence
    elif is_expected(verdict.outcome, verdict.known) or verdict.label.fails("should"):
        report.outcome, report.wasxfail = "skipped", sentence
    elif verdict.outcome is not Outcome.MET:
        report.outcome = "skipped"
        report.longrepr = (str(report.location[0]), (report.location[1] or 0) + 1, f"Skipped: {sentence}")


def _sentence(verdict: ShownVerdict) -> str:
    told = describe_known(verdict.known) if verdict.known else ""
    if verdict.outcome is Outcome.MET:
        return told
    if verdict.outcome is Outcome.UNMET:
        lines = f"Expected {verdict.expected}\nReceived {verdict.received}"
        return f"{verdict.label}{told and f' ({told})'}: {verdict.requirement.statement}\n{lines}"
    if verdict.outcome is Outcome.UNSEEN:
        return f"{verdict.label}: needs {verdict.expected}"
    return f"{verdict.label}: {verdict.received}"
