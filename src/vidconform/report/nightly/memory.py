"""A file in place of an issue tracker: what was told is remembered there, and only what is new is told."""

from __future__ import annotations

import json
from pathlib import Path

from vidconform.redaction import Guard
from vidconform.report.nightly.notice import Issue, Notice, read_issues


def recall(path: Path) -> Issue | None:
    """Return what was told and is not mended yet; raises BadOption for a file of another form."""
    return next(iter(read_issues(path, "--memory")), None) if path.exists() else None


def remember(path: Path, notice: Notice, guard: Guard) -> None:
    """Write down what is told from now on, as the open issue would hold it."""
    if notice.action != "none":
        issue = {"number": 1, "title": notice.title, "body": notice.body}
        guard.write(path, json.dumps([issue] if notice.action != "close" else [], indent=2) + "\n")


def news(notice: Notice) -> str:
    """Return what a person has not been told yet, and what is theirs to mend; most nights that is nothing."""
    if notice.action == "open":
        # The list of faults in the first line is for the next night.
        mend = "".join(f"\n{one['contract']}: {one['sentence']}\n" for one in notice.remedies)
        return f"{notice.title}\n\n{notice.body.partition(chr(10))[2]}{mend}"
    if notice.action != "none":
        return f"{notice.sentence}\n\n{notice.comment}"
    return notice.sentence if notice.exit or notice.remedies else ""
