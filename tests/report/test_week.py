"""Seven nights: a vendor changes on the third, is down on the fourth, mended on the sixth; who hears what, and when."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import KEYS, judge_inside, live
from tests.support.rawserver import refusing
from vidconform.cli import main
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.slow

FIRST = datetime(2026, 11, 2, 3, 17, tzinfo=UTC)
CONTRACT, REQUIREMENT = "gptge/videos", "retrieve-without-key-is-refused"
FAULT = "needs-no-key"
DAYS = range(1, 8)


@dataclass
class Night:
    """One night: what the run and the commands after it exited with and said."""

    code: int
    summary: str
    diff_code: int = 0
    diff: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    notice: dict[str, Any] = field(default_factory=dict)
    history: str = ""
    since: dict[str, Any] = field(default_factory=dict)

    @property
    def kinds(self) -> dict[str, list[str]]:
        """What changed, by kind."""
        found: dict[str, list[str]] = {}
        for change in self.changes.get("differences", []):
            found.setdefault(change["kind"], []).append(change["requirement"])
        return found

    @property
    def drifted(self) -> list[str]:
        """What drifted, as the text has it."""
        return self.diff.partition("drift (not promised, no failure)")[2].splitlines()[1:]


def later(reply: ReplyContext) -> None:
    """What the vendor adds on the third day and keeps: a member and a header that nobody documents."""
    reply.headers["x-served-by"] = "edge-7"
    if reply.shows_task:
        reply.body["queue_position"] = 3


def nobody_home(reply: ReplyContext) -> None:
    """A page instead of an API."""
    reply.say(b"<!doctype html><title>Back soon</title>", 503, "text/html")


@contextmanager
def served(day: int, down: str) -> Iterator[list[str]]:
    """Serve gptge as it is on a day, and yield the options of a run against it."""
    if day == 4 and down == "refused":
        with refusing() as url, running("gptge", environ=KEYS) as gptge:
            yield [*live(gptge), f"--provider-url={url}"]
        return
    change = nobody_home if day == 4 else later if day >= 3 else None
    with running("gptge", environ=KEYS, change=change, vice=FAULT if day in (3, 5) else None) as gptge:
        yield live(gptge)


class Week:
    """The nights of a week, as a workflow would keep them."""

    def __init__(self, pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], down: str) -> None:
        self.pytester, self.capsys, self.down = pytester, capsys, down
        self.folder = pytester.path
        self.nights = self.folder / "nights"
        self.nights.mkdir()
        self.issue: list[dict[str, Any]] = []

    def night(self, day: int) -> Night:
        """Live through one night."""
        out = self.folder / "report"
        shutil.rmtree(out, ignore_errors=True)
        summary = self.folder / f"summary-{day}.md"
        with served(day, self.down) as options:
            run = judge_inside(self.pytester, *options, **KEYS, GITHUB_STEP_SUMMARY=str(summary))
        self.capsys.readouterr()
        backdate(out / "results.jsonl", FIRST + timedelta(days=day - 1))
        night = Night(run.code, summary.read_text("utf-8"))
        if day > 1:
            night.diff_code, night.diff = self._say("diff", self.nights, out)
            night.changes = json.loads(self._say("diff", self.nights, out, "--json")[1])
        night.notice = self._notice(out)
        every = [self.nights, out] if day > 1 else [out]
        night.history = self._say("history", *every)[1]
        rows = json.loads(self._say("history", *every, "--json")[1])
        night.since = next(row for row in rows if (row["requirement"], row["subject"]) == (REQUIREMENT, "service"))
        out.rename(self.nights / str(day))
        return night

    def _notice(self, out: Path) -> dict[str, Any]:
        issues = self.folder / "issues.json"
        issues.write_text(json.dumps(self.issue))
        code, told = self._say("notice", self.nights, out, "--provider=gptge", f"--issues={issues}", "--json")
        assert code == 0
        notice: dict[str, Any] = json.loads(told)
        if notice["action"] in ("open", "update"):
            self.issue = [{"number": 1, "title": notice["title"], "body": notice["body"]}]
        elif notice["action"] == "close":
            self.issue = []
        return notice

    def _say(self, *arguments: object) -> tuple[int, str]:
        code = main([str(argument) for argument in arguments])
        told = self.capsys.readouterr()
        assert told.err == ""
        return code, told.out


def backdate(path: Path, at: datetime) -> None:
    first, rest = path.read_text("utf-8").split("\n", 1)
    path.write_text(json.dumps({**json.loads(first), "started_at": at.isoformat()}) + "\n" + rest, "utf-8")


@pytest.fixture(params=["refused", "503"], ids=["nobody listens", "503 and a page"])
def week(pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> list[Night]:
    lived = Week(pytester, capsys, request.param)
    return [lived.night(day) for day in DAYS]


@pytest.mark.exhaustive
def test_in_a_week_a_person_hears_twice_and_of_what_changed_alone(week: list[Night]) -> None:
    assert [night.code for night in week] == [0, 0, 1, 6, 1, 0, 0]
    notices = [night.notice for night in week]
    assert [notice["action"] for notice in notices] == ["none", "none", "open", "none", "none", "close", "none"]
    assert [notice["exit"] for notice in notices] == [0, 0, 1, 0, 0, 0, 0]
    told = [notice["sentence"].partition(" (GET ")[0] for notice in notices]
    assert told == [
        "gptge: nothing new",
        "gptge: nothing new",
        "gptge: an issue to be opened, 1 fault",
        "gptge: not judged in full, so nothing is fixed and nothing is broken by this night",
        "gptge: nothing new; issue #1 names 1 fault",
        "gptge: issue #1 to be closed, all is well again",
        "gptge: nothing new",
    ]
    the_issue_is_what_a_person_would_write(notices[2], notices[5])
    the_differences_are_those_of_the_vendor(week)
    the_history_knows_what_it_does_not_know(week)
    the_summaries_say_what_stands_in_the_results(week)


def the_issue_is_what_a_person_would_write(opened: dict[str, Any], closed: dict[str, Any]) -> None:
    assert opened["title"] == f"vidconform: gptge: {REQUIREMENT}"
    hidden, greeting, _, fault, *in_full, ending = opened["body"].splitlines()
    assert hidden == f'<!-- vidconform/notice@1 ["{CONTRACT} {REQUIREMENT}"] -->'
    assert greeting == "`gptge`, as of 2026-11-04 03:17 UTC:"
    what, told = fault.split(": ", 1)
    assert what == f"- fails `{CONTRACT}` `{REQUIREMENT}` [MUST]"
    assert told.startswith("expected `a refusal with 4xx`, received `200 application/json: {")
    assert fault.endswith("`, since 2026-11-04")
    statement, before, request, after = [line for line in in_full if line]
    assert statement.startswith("  A retrieval without a key is refused. (Query Video Status: ")
    assert (before, after) == ("  ```sh", "  ```")
    assert request.startswith("  curl -i --max-time 60 http://127.0.0.1:")
    assert "Authorization" not in request
    assert ending.startswith("Each fault is told once. The issue is closed when all are mended. ")
    assert closed["comment"] == f"2026-11-07 03:17 UTC\n\nMended:\n\n- `{CONTRACT}` `{REQUIREMENT}`: conforms\n"


def the_differences_are_those_of_the_vendor(week: list[Night]) -> None:
    assert [night.diff_code for night in week] == [0, 0, 1, 0, 0, 0, 0]
    judged = [{kind: names for kind, names in night.kinds.items() if kind != "not judged"} for night in week]
    assert judged == [{}, {}, {"worse": [REQUIREMENT]}, {}, {}, {"better": [REQUIREMENT]}, {}]
    assert [day for day, night in enumerate(week, 1) if "not judged" in night.kinds] == [4]
    assert [week[day - 1].diff for day in (2, 5, 7)] == ["nothing changed\n"] * 3
    assert all(line.startswith(f"not judged: {CONTRACT}: ") for line in week[3].diff.splitlines())
    assert len(week[3].diff.splitlines()) <= 3, "an outage is told by cause and not by requirement"
    assert week[2].drifted == [
        "  gptge/videos  retrieve 2xx: undocumented member /queue_position (integer) appeared",
        "  gptge/videos  retrieve 2xx: header x-served-by appeared",
        "  gptge/videos  retrieve 4xx: header x-served-by appeared",
    ]
    assert [day for day, night in enumerate(week, 1) if night.drifted] == [3], "what drifted and stays is told once"


def the_history_knows_what_it_does_not_know(week: list[Night]) -> None:
    lines = [next(line for line in night.history.splitlines() if f"  {REQUIREMENT}:" in line) for night in week]
    assert lines[2] == f"  ..F  {REQUIREMENT}: fails since 2026-11-04 (emulated)"
    assert lines[3] == f"  ..F?  {REQUIREMENT}: not judged on 2026-11-05; fails since 2026-11-04 before it (emulated)"
    assert lines[4] == f"  ..F?F  {REQUIREMENT}: fails since 2026-11-04 (emulated)"
    assert lines[6] == f"  ..F?F..  {REQUIREMENT}: conforms since 2026-11-07 (emulated)"
    labels = [one["reading"] for one in week[6].since["readings"]]
    assert labels == ["conforms", "conforms", "fails", "inconclusive", "fails", "conforms", "conforms"]
    assert week[6].since["since"] == "2026-11-07T03:17:00+00:00"
    others = [line for line in week[6].history.splitlines() if "(emulated)" in line and REQUIREMENT not in line]
    assert len(others) > 40
    assert {line.split()[0] for line in others} == {"...?..."}


def the_summaries_say_what_stands_in_the_results(week: list[Night]) -> None:
    broken, undecided = "## What breaks: 1", "## What stayed undecided: "
    assert [broken in night.summary for night in week] == [False, False, True, False, True, False, False]
    assert [undecided in night.summary for night in week] == [False, False, False, True, False, False, False]
    lines = week[3].summary.partition(undecided)[2].partition("\n## ")[0].splitlines()
    assert 1 <= len([line for line in lines if line.startswith("- ")]) <= 6
