"""What a person should hear of a night: an issue to open, to add to or to close, or nothing.

The open issue is the only memory. What is wrong and not named there is told, once; what is named and mended is told;
a night that could not be judged tells nothing and mends nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vidconform.contracts import decode_plain_json, read_text
from vidconform.errors import BadOption
from vidconform.report.nightly import issue_text
from vidconform.report.nightly.night_faults import Night
from vidconform.text import pluralise, visible

FORMAT = "vidconform/notice@1"
_FAILED, _INCOMPLETE = 1, 6


@dataclass(frozen=True)
class Issue:
    """An issue as GitHub has it."""

    number: int
    title: str
    body: str


@dataclass(frozen=True)
class Notice:
    """What to do, in the words of `gh issue`; `exit` is what the night should end with.

    `action` is open, update, close or none; `number` is the open issue's, and `faults` what it names from now on.
    """

    provider: str
    action: str
    sentence: str
    exit: int
    number: int | None
    title: str
    body: str
    comment: str
    faults: Sequence[str]
    labels: Sequence[str] = (issue_text.LABEL,)

    def as_dict(self) -> dict[str, Any]:
        """Return the notice as JSON."""
        return {"format": FORMAT, **asdict(self)}


def decide(night: Night, issue: Issue | None) -> Notice:
    """Return what a person should hear of a night, given the open issue about the provider."""
    # Over a list that somebody wrote over, all that is wrong tonight was named: nothing is closed and none is new.
    listed = issue is None or issue_text.is_listed(issue.body)
    named = issue_text.named(issue.body) if issue is not None and listed else [] if listed else night.keys
    faults = night.faults(named)
    present = {fault.key for fault in faults}
    settled = {key: night.settled(key) for key in named if listed and key not in present}
    unjudged = [key for key, label in settled.items() if label is None]
    mended = {key: label for key, label in settled.items() if label is not None}
    new = [fault for fault in faults if fault.key not in named]
    at = night.newest.runs[-1].started_at
    action = _action(issue, faults or unjudged, new or mended or not listed, night.is_judged)
    return Notice(
        provider=night.provider,
        action=action,
        sentence=_sentence(night, issue, action, len(present) + len(unjudged)),
        exit=_exit(night.newest.runs[-1].exit, told=issue is not None and not new),
        number=issue.number if issue is not None else None,
        title=issue_text.title(night.provider, faults, len(unjudged)) if action in ("open", "update") else "",
        body=issue_text.body(night.provider, faults, unjudged, at) if action in ("open", "update") else "",
        comment=issue_text.comment(new, mended, at) if action in ("update", "close") else "",
        faults=[*(fault.key for fault in faults), *unjudged],
    )


def _action(issue: Issue | None, wrong: Sequence[object], changes: object, is_judged: bool) -> str:
    if issue is None:
        return "open" if wrong else "none"
    if not wrong:
        return "close" if is_judged else "none"
    return "update" if changes else "none"


def _exit(run: int | None, told: bool) -> int:
    """Return what a night ends with: an incomplete run is no failure, and neither is one whose faults were all told."""
    if run is None:
        return _FAILED
    return 0 if run == _INCOMPLETE or (run == _FAILED and told) else run


def _sentence(night: Night, issue: Issue | None, action: str, wrong: int) -> str:
    faults = pluralise(wrong, "fault")
    number = f"issue #{issue.number}" if issue is not None else "an issue"
    if action != "none":
        told = {
            "open": f"to be opened, {faults}",
            "update": f"to be updated, {faults}",
        }
        return f"{night.provider}: {number} {told.get(action, 'to be closed, all is well again')}"
    if not night.is_judged:
        cause = f" ({visible(night.cause)})" if night.cause else ""
        return f"{night.provider}: not judged in full, so nothing is fixed and nothing is broken by this night{cause}"
    return f"{night.provider}: nothing new" + (f"; {number} names {faults}" if issue is not None else "")


def find_issue(issues: Iterable[Issue], provider: str) -> Issue | None:
    """Return the oldest open issue about a provider: its title is `vidconform: NAME`, or more behind a colon."""
    start = issue_text.prefix(provider)
    mine = [issue for issue in issues if issue.title == start or issue.title.startswith(f"{start}:")]
    return min(mine, key=lambda issue: issue.number, default=None)


def read_issues(path: Path) -> list[Issue]:
    """Return what `gh issue list --json=number,title,body` printed into a file; raises BadOption."""
    try:
        found = decode_plain_json(read_text(path))
        if not isinstance(found, list):
            raise TypeError(type(found))
        return [Issue(int(one["number"]), str(one["title"]), str(one["body"])) for one in found]
    except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        expected = "the JSON that gh issue list --json=number,title,body prints"
        raise BadOption("--issues", str(path), expected) from error
