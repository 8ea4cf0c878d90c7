"""What a person should hear of a night: an issue to open, to add to or to close, or nothing.

The open issue is the only memory. What is wrong and not named there is told, once; what is named and mended is told;
a night that could not be judged tells nothing and mends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vidconform.contracts import decode_plain_json, read_text
from vidconform.errors import INCOMPLETE, BadOption
from vidconform.report.nightly import issue_text
from vidconform.report.nightly.night_faults import Night, NightFault
from vidconform.text import pluralise, visible

FORMAT = "vidconform/notice@1"
_ADDRESS = re.compile(r"https?://[\w./:?=&%#~+@-]+", re.ASCII)
_FAILED = 1
_LONGEST = 800
# As of a run that was told something wrong.
_MISCONFIGURED = 4
_CLOSING = "to be closed, all is well again"


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
    `remedies` are what the owner of the key has to mend, with the variable that holds it.
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
    remedies: Sequence[Mapping[str, str]] = ()
    labels: Sequence[str] = (issue_text.LABEL,)

    def as_dict(self) -> dict[str, Any]:
        """Return the notice as JSON."""
        return {"format": FORMAT, **asdict(self)}


def decide(night: Night, issue: Issue | None, link: str = "") -> Notice:
    """Return what a person should hear of a night, given the open issue about the provider; `link` leads to its run."""
    # Over a list that somebody wrote over, all that is wrong tonight was named: nothing is closed and none is new.
    listed = issue is None or issue_text.is_listed(issue.body)
    named = issue_text.faults_in(issue.body) if issue is not None and listed else [] if listed else night.keys
    faults = night.faults(named)
    present = {fault.key for fault in faults}
    settled = {key: night.settled(key) for key in named if listed and key not in present}
    unjudged = [key for key, label in settled.items() if label is None]
    mended = {key: label for key, label in settled.items() if label is not None}
    new = [fault for fault in faults if fault.key not in named]
    ended, is_told = night.newest.runs[-1], issue is not None and not new
    seen = issue_text.Occasion(night.provider, ended.started_at, link)
    action = _action(issue, faults or unjudged, new or mended or not listed, night.is_judged)
    return Notice(
        provider=night.provider,
        action=action,
        sentence=_sentence(night, issue, action, _count(faults, unjudged)) + _to_mend(night),
        exit=_exit(ended.exit, told=is_told) or (_MISCONFIGURED if night.is_misconfigured else 0),
        number=issue.number if issue is not None else None,
        title=issue_text.title(night.provider, faults, len(unjudged)) if action in ("open", "update") else "",
        body=issue_text.body(seen, faults, unjudged) if action in ("open", "update") else "",
        comment=issue_text.comment(seen, new, mended) if action in ("update", "close") else "",
        faults=[*(fault.key for fault in faults), *unjudged],
        remedies=[{name: visible(text, _LONGEST) for name, text in one.items()} for one in night.remedies],
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
    return 0 if run == INCOMPLETE or (run == _FAILED and told) else run


def _count(faults: Sequence[NightFault], unjudged: Sequence[str]) -> str:
    """Return how many faults there are, and in how many requirements where one cause breaks several."""
    causes, total = len(issue_text.by_cause(faults)) + len(unjudged), len(faults) + len(unjudged)
    return pluralise(causes, "fault") + (f" in {total} requirements" if causes < total else "")


def _sentence(night: Night, issue: Issue | None, action: str, faults: str) -> str:
    number = f"issue #{issue.number}" if issue is not None else "an issue"
    told = {"open": f"to be opened, {faults}", "update": f"to be updated, {faults}", "close": _CLOSING}
    if action in told:
        return f"{night.provider}: {number} {told[action]}"
    if night.is_misconfigured:
        return f"{night.provider}: not judged, and yours to mend"
    if not night.is_judged:
        cause = f" ({visible(night.cause)})" if night.cause else ""
        return f"{night.provider}: not judged in full, so nothing is fixed and nothing is broken by this night{cause}"
    return f"{night.provider}: nothing new" + (f"; {number} names {faults}" if issue is not None else "")


def _to_mend(night: Night) -> str:
    return "".join(f"; {remedy['contract']}: {visible(remedy['sentence'], _LONGEST)}" for remedy in night.remedies)


def checked_link(text: str) -> str:
    """Return the address of a run as it may stand in Markdown; raises BadOption."""
    if text and not _ADDRESS.fullmatch(text):
        raise BadOption("--link", text, "an address that begins with http:// or https://")
    return text


def find_issue(issues: Iterable[Issue], provider: str) -> Issue | None:
    """Return the oldest open issue about a provider: its title is `vidconform: NAME`, or more behind a colon."""
    start = issue_text.prefix(provider)
    mine = [issue for issue in issues if issue.title == start or issue.title.startswith(f"{start}:")]
    return min(mine, key=lambda issue: issue.number, default=None)


def read_issues(path: Path, option: str = "--issues") -> list[Issue]:
    """Return what `gh issue list --json=number,title,body` printed into a file; raises BadOption."""
    try:
        found = decode_plain_json(read_text(path))
        if not isinstance(found, list):
            raise TypeError(type(found))
        return [Issue(int(one["number"]), str(one["title"]), str(one["body"])) for one in found]
    except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
        expected = "the JSON that gh issue list --json=number,title,body prints"
        raise BadOption(option, str(path), expected) from error
