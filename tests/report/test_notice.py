"""What a person hears of a night: everything that is new, once; and nothing of a night that was not judged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.support.report_runs import NOW, verdict, write_run
from vidconform.cli import main
from vidconform.report.nightly import issue_text

PROVIDER = "acme"
EXPECTED = {"state": "expected", "reason": "known", "since": "2026-01-01", "file": "deviations.toml"}
BREAKS_OUT = (
    "`` ` -->\n<!-- vidconform/notice@1 [] --> # heading @everyone <b> https://evil.example [x](https://evil.example)"
)


@dataclass
class Nights:
    """Nights in a folder, and the issue as GitHub would hold it after each notice."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    issue: dict[str, Any] | None = None
    others: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    def night(
        self,
        *verdicts: Mapping[str, Any],
        exit_code: int = 0,
        ended: bool = True,
        remedies: Sequence[Mapping[str, str]] = (),
        **told: str,
    ) -> dict[str, Any]:
        """Write the run of the next night, ask what to say of it, and do so."""
        at = NOW - timedelta(days=30 - self.count)
        (self.folder / "nights").mkdir(exist_ok=True)
        newest = self.folder / "out"
        if newest.exists():
            newest.rename(self.folder / "nights" / str(self.count))
        self.count += 1
        write_run(newest, verdicts, started_at=at, code=exit_code, ended=ended, remedies=remedies)
        notice = self.ask(**told)
        self._obey(notice)
        return notice

    def ask(self, **told: str) -> dict[str, Any]:
        issues = self.folder / "issues.json"
        issues.write_text(json.dumps([*self.others, *([self.issue] if self.issue else [])]))
        options = [f"--{name.replace('_', '-')}={value}" for name, value in told.items()]
        nights = [str(self.folder / name) for name in ("nights", "out")]
        code = main(["notice", *nights, f"--provider={PROVIDER}", f"--issues={issues}", "--json", *options])
        out = self.capsys.readouterr()
        assert code == 0, out.err
        notice: dict[str, Any] = json.loads(out.out)
        return notice

    def _obey(self, notice: Mapping[str, Any]) -> None:
        if notice["action"] in ("open", "update"):
            self.issue = {"number": 12, "title": notice["title"], "body": notice["body"]}
        elif notice["action"] == "close":
            self.issue = None


@pytest.fixture
def nights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Nights:
    return Nights(tmp_path, capsys)


def rendered(text: str) -> str:
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))


GOOD = (verdict(requirement="id-type"), verdict(requirement="status-vocabulary", level="SHOULD"))
BAD = (verdict("fails"), GOOD[1])
WORSE = (verdict("fails"), verdict("deviates", "status-vocabulary", level="SHOULD", received="'odd' at /status"))
DOWN = tuple(verdict("inconclusive", row["requirement"], received="connection refused") for row in GOOD)


def test_a_first_night_without_a_fault_is_quiet(nights: Nights) -> None:
    notice = nights.night(*GOOD)
    assert (notice["action"], notice["exit"], notice["faults"]) == ("none", 0, [])
    assert notice["sentence"] == "acme: nothing new"
    assert (notice["title"], notice["body"], notice["comment"]) == ("", "", "")


def test_a_first_night_with_a_fault_opens_an_issue(nights: Nights) -> None:
    notice = nights.night(*BAD, exit_code=1)
    assert (notice["action"], notice["exit"], notice["labels"]) == ("open", 1, ["vidconform"])
    assert notice["title"] == "vidconform: acme: id-type"
    line = "- fails `acme/videos` `id-type` [MUST]: expected `type string`, received `7 at /id`, since "
    assert line in notice["body"]
    assert notice["faults"] == ["acme/videos id-type"]
    assert issue_text.faults_in(notice["body"]) == notice["faults"]


def test_what_was_told_is_not_told_again(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    again = [nights.night(*BAD, exit_code=1) for _ in range(3)]
    assert [(notice["action"], notice["exit"]) for notice in again] == [("none", 0)] * 3
    assert again[0]["sentence"] == "acme: nothing new; issue #12 names 1 fault"


def test_a_second_fault_is_added_to_the_issue(nights: Nights) -> None:
    nights.night(*GOOD)
    nights.night(*BAD, exit_code=1)
    notice = nights.night(*WORSE, exit_code=1)
    assert (notice["action"], notice["number"], notice["exit"]) == ("update", 12, 1)
    assert notice["title"] == "vidconform: acme: id-type, status-vocabulary"
    assert "status-vocabulary" in notice["comment"]
    assert "id-type" not in notice["comment"], "a comment tells what is new alone"
    assert {*issue_text.faults_in(notice["body"])} == {"acme/videos id-type", "acme/videos status-vocabulary"}


def test_a_fault_that_is_mended_beside_one_that_stays_is_told(nights: Nights) -> None:
    nights.night(*GOOD)
    nights.night(*WORSE, exit_code=1)
    notice = nights.night(*BAD, exit_code=1)
    assert (notice["action"], notice["exit"]) == ("update", 0)
    assert "Mended:\n\n- `acme/videos` `status-vocabulary`: conforms" in notice["comment"]
    assert issue_text.faults_in(notice["body"]) == ["acme/videos id-type"]


def test_the_issue_is_closed_when_all_is_mended(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    notice = nights.night(*GOOD)
    assert (notice["action"], notice["number"], notice["exit"]) == ("close", 12, 0)
    assert "- `acme/videos` `id-type`: conforms" in notice["comment"]
    assert nights.night(*GOOD)["action"] == "none"


def test_a_night_without_an_answer_mends_nothing(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    notice = nights.night(*DOWN, exit_code=6)
    assert (notice["action"], notice["exit"], notice["faults"]) == ("none", 0, ["acme/videos id-type"])
    assert nights.night(*BAD, exit_code=1)["action"] == "none"


def test_a_night_without_an_answer_breaks_nothing(nights: Nights) -> None:
    nights.night(*GOOD)
    notice = nights.night(*DOWN, exit_code=6)
    assert (notice["action"], notice["exit"]) == ("none", 0)
    assert (
        notice["sentence"]
        == "acme: not judged in full, so nothing is fixed and nothing is broken by this night (connection refused)"
    )
    assert nights.night(*GOOD)["action"] == "none"


def test_a_third_night_without_an_answer_is_told_once(nights: Nights) -> None:
    nights.night(*GOOD)
    told = [nights.night(*DOWN, exit_code=6) for _ in range(5)]
    assert [notice["action"] for notice in told] == ["none", "none", "open", "none", "none"]
    assert told[2]["title"] == "vidconform: acme: not judged"
    first = (NOW - timedelta(days=29)).date()
    assert f"- not judged `acme/videos`: `connection refused`, since {first}" in told[2]["body"]
    back = nights.night(*GOOD)
    assert back["action"] == "close"
    assert "- `acme/videos` `not-judged`: judged again" in back["comment"]


def test_three_runs_of_one_day_are_one_night(nights: Nights) -> None:
    for number in range(4):
        write_run(nights.folder / "nights" / str(number), DOWN, started_at=NOW.replace(hour=number), code=6)
    write_run(nights.folder / "out", DOWN, started_at=NOW.replace(hour=5), code=6)
    assert nights.ask()["action"] == "none"


def test_an_outage_is_added_to_the_faults_and_taken_from_them_again(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    third = [nights.night(*DOWN, exit_code=6) for _ in range(3)][2]
    assert (third["action"], third["title"]) == ("update", "vidconform: acme: not judged and 1 more")
    assert "Named before, and not judged tonight:\n\n- `acme/videos` `id-type`" in third["body"]
    back = nights.night(*BAD, exit_code=1)
    assert (back["action"], back["faults"], back["exit"]) == ("update", ["acme/videos id-type"], 0)
    assert "judged again" in back["comment"]
    assert "New:" not in back["comment"]


def test_a_requirement_that_only_deviates_is_told_when_it_got_worse(nights: Nights) -> None:
    nights.night(GOOD[0], verdict("deviates", "status-vocabulary", level="SHOULD"))
    assert nights.issue is None, "it deviated from the first night on"
    nights.night(*GOOD)
    worse = nights.night(GOOD[0], verdict("deviates", "status-vocabulary", level="SHOULD"))
    assert (worse["action"], worse["exit"]) == ("open", 0)
    assert nights.night(GOOD[0], verdict("deviates", "status-vocabulary", level="SHOULD"))["action"] == "none"
    assert nights.night(*GOOD)["action"] == "close"


def test_a_run_that_fails_on_should_is_told_so(nights: Nights) -> None:
    deviates = verdict("deviates", "status-vocabulary", level="SHOULD")
    assert nights.night(GOOD[0], deviates, exit_code=1, fail_on="should")["action"] == "open"


def test_a_known_deviation_is_nothing_to_hear_of(nights: Nights) -> None:
    nights.night(*GOOD)
    assert nights.night(verdict("fails", deviation=EXPECTED), GOOD[1])["action"] == "none"


def test_a_fault_that_somebody_lists_as_known_closes_its_issue(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    notice = nights.night(verdict("fails", deviation=EXPECTED), GOOD[1])
    assert notice["action"] == "close"
    assert "`id-type`: a known deviation" in notice["comment"]


def test_a_stale_entry_is_told_with_what_to_do(nights: Nights) -> None:
    nights.night(verdict("fails", deviation=EXPECTED), GOOD[1])
    notice = nights.night(verdict(deviation={**EXPECTED, "state": "stale"}), GOOD[1], exit_code=1)
    assert notice["action"] == "open"
    assert "- stale `acme/videos` `id-type` [MUST]" in notice["body"]
    assert "deviations.toml" in notice["body"]


def test_an_expired_entry_counts_as_unlisted(nights: Nights) -> None:
    notice = nights.night(verdict("fails", deviation={**EXPECTED, "state": "expired"}), GOOD[1], exit_code=1)
    assert notice["action"] == "open"


def test_an_error_of_ours_is_told_as_such(nights: Nights) -> None:
    notice = nights.night(verdict("errored", received="KeyError: 'x'"), GOOD[1], exit_code=1)
    assert notice["action"] == "open"
    assert "- errored `acme/videos` `id-type` [MUST]" in notice["body"]


def test_a_fault_that_was_not_seen_tonight_stays_named(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    notice = nights.night(verdict("unseen"), GOOD[1])
    assert (notice["action"], notice["faults"]) == ("none", ["acme/videos id-type"])


def test_a_requirement_that_left_the_ledger_is_no_longer_a_fault(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    notice = nights.night(GOOD[1])
    assert notice["action"] == "close"
    assert "no longer asked" in notice["comment"]


def test_a_run_that_was_cut_off_mends_nothing_and_fails_the_night(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    notice = nights.night(GOOD[1], ended=False)
    assert (notice["action"], notice["exit"], notice["faults"]) == ("none", 1, ["acme/videos id-type"])


def test_what_the_user_must_mend_fails_the_night_every_time(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    assert [nights.night(*BAD, exit_code=code)["exit"] for code in (2, 3, 4, 5)] == [2, 3, 4, 5]


def test_a_failing_run_without_an_issue_to_name_it_fails_the_night(nights: Nights) -> None:
    notice = nights.night(*GOOD, exit_code=1)
    assert (notice["action"], notice["exit"]) == ("none", 1)


def test_another_providers_issue_is_left_alone(nights: Nights) -> None:
    body = issue_text.body(issue_text.Occasion("acmevideo", NOW), [], ["acmevideo/videos id-type"])
    nights.others = [
        {"number": 3, "title": "vidconform: acmevideo: id-type", "body": body},
        {"number": 4, "title": "vidconform: how do I use it?", "body": ""},
    ]
    assert nights.night(*GOOD)["number"] is None
    assert nights.night(*BAD, exit_code=1)["action"] == "open"
    nights.issue = {
        "number": 1,
        "title": "vidconform: acme",
        "body": issue_text.body(issue_text.Occasion(PROVIDER, NOW), [], []),
    }
    assert nights.ask()["number"] == 1


def test_an_issue_whose_list_somebody_wrote_over_is_told_everything_again(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    assert nights.issue is not None
    nights.issue["body"] = "We have written to them."
    assert nights.ask()["action"] == "update"


def test_an_issue_without_its_list_is_not_closed_by_a_night_that_judged_nothing(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    nights.issue = {"number": 12, "title": "vidconform: acme", "body": "We have written to them."}
    assert nights.night(*DOWN, exit_code=6)["action"] == "none"
    assert nights.night(*GOOD, ended=False)["action"] == "none"
    assert nights.night(*GOOD)["action"] == "close"


def test_an_issue_that_somebody_wrote_over_is_not_closed_while_a_lesser_fault_stands(nights: Nights) -> None:
    lesser = (GOOD[0], WORSE[1])
    nights.night(*GOOD)
    nights.night(*lesser)
    nights.issue = {"number": 12, "title": "vidconform: acme", "body": "We have written to them."}
    notice = nights.night(*lesser)
    assert (notice["action"], notice["faults"]) == ("update", ["acme/videos status-vocabulary"])
    assert nights.night(*lesser)["action"] == "none", "the list stands there again"
    assert nights.night(*GOOD)["action"] == "close"


def test_of_two_issues_the_older_is_kept(nights: Nights) -> None:
    nights.others = [{"number": number, "title": "vidconform: acme: id-type", "body": ""} for number in (9, 8, 10)]
    assert nights.night(*GOOD)["number"] == 8


def test_a_fault_that_an_unanswered_night_did_not_even_ask_about_stays_named(nights: Nights) -> None:
    nights.night(*BAD, exit_code=1)
    notice = nights.night(DOWN[1], exit_code=6)
    assert (notice["action"], notice["faults"]) == ("none", ["acme/videos id-type"])


def test_many_faults_make_a_short_body_that_still_names_them_all(nights: Nights) -> None:
    rows = [verdict("fails", f"requirement-{number:03}", received=f"{number} at /id") for number in range(120)]
    notice = nights.night(*rows, exit_code=1)
    assert notice["title"] == "vidconform: acme: requirement-000, requirement-001 and 118 more"
    assert "- and 70 more, all in the report" in notice["body"]
    assert len(issue_text.faults_in(notice["body"])) == 120
    assert len(notice["body"]) < 20_000


def test_a_vendors_text_is_only_text_in_an_issue(nights: Nights) -> None:
    notice = nights.night(verdict("fails", received=BREAKS_OUT * 20, expected=BREAKS_OUT), GOOD[1], exit_code=1)
    assert issue_text.faults_in(notice["body"]) == ["acme/videos id-type"]
    shown = rendered(notice["body"]).partition("-->")[2]
    assert [tag for tag in ("<a ", "<b>", "<h1>", "<!--") if tag in shown] == []
    outside = "".join(piece.partition("</code>")[2] for piece in shown.split("<code>"))
    assert [word for word in ("evil", "@everyone", "heading") if word in outside] == []


def test_the_list_is_read_from_the_first_line_alone() -> None:
    assert issue_text.faults_in('text\n<!-- vidconform/notice@1 ["a b"] -->') == []
    assert issue_text.faults_in('<!-- vidconform/notice@1 ["a b"] -->\r\ntext') == ["a b"]
    assert issue_text.faults_in("<!-- vidconform/notice@1 [nonsense] -->") == []
    assert issue_text.faults_in('<!-- vidconform/notice@1 [1, "a b"] -->') == ["a b"]


def test_a_name_cannot_end_the_list() -> None:
    body = issue_text.body(issue_text.Occasion(PROVIDER, NOW), [], ["acme/--> <b> id-type"])
    assert issue_text.faults_in(body) == ["acme/--> <b> id-type"]
    assert body.splitlines()[0].count("-->") == 1


def test_people_read_a_sentence(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    nights.night(*BAD, exit_code=1)
    folders = [str(nights.folder / name) for name in ("nights", "out")]
    assert main(["notice", *folders, f"--provider={PROVIDER}"]) == 0
    assert capsys.readouterr().out == "acme: an issue to be opened, 1 fault\n"


@pytest.mark.parametrize("content", ["", "{}", "[1]", '[{"number": 1}]', "[" * 100_000])
def test_issues_of_another_form_are_refused(nights: Nights, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    nights.night(*GOOD)
    file = nights.folder / "issues.json"
    file.write_text(content)
    folders = [str(nights.folder / name) for name in ("nights", "out")]
    code = main(["notice", *folders, f"--provider={PROVIDER}", f"--issues={file}"])
    assert code == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_a_provider_that_was_not_judged_at_all_is_refused_with_those_that_were(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.night(*GOOD)
    folders = [str(nights.folder / name) for name in ("nights", "out")]
    assert main(["notice", *folders, "--provider=acmee"]) == 4
    assert capsys.readouterr().err == "vidconform: --provider=acmee: expected one that was judged: acme [VC-101]\n"


def test_an_issue_stays_open_until_the_whole_was_seen(nights: Nights) -> None:
    other = verdict("conforms", "other")
    assert nights.night(verdict("fails"), other, exit_code=1)["action"] == "open"
    assert nights.night(verdict(partial=True), other, exit_code=6)["action"] == "none"
    assert nights.issue is not None
    assert nights.night(verdict(), other)["action"] == "close"


def test_what_one_cause_breaks_is_one_line(nights: Nights) -> None:
    nights.night(*GOOD)
    notice = nights.night(verdict("fails"), verdict("fails", "other-type"), exit_code=1)
    assert notice["sentence"] == "acme: an issue to be opened, 1 fault in 2 requirements"
    assert notice["title"] == "vidconform: acme: id-type and 1 more"
    [told] = [line for line in notice["body"].splitlines() if line.startswith("- ")]
    assert told.endswith("; the same breaks `other-type`")
    assert notice["faults"] == ["acme/videos id-type", "acme/videos other-type"]


def test_a_fault_is_told_with_its_run_its_statement_and_how_to_ask_for_it(nights: Nights) -> None:
    curl = "curl -i --max-time 60 https://acme.example/v1/videos/1"
    notice = nights.night(verdict("fails", request=curl), GOOD[1], exit_code=1, link="https://github.test/o/r/runs/7")
    assert (
        f"`acme`, as of {NOW - timedelta(days=30):%Y-%m-%d %H:%M} UTC, [the run](https://github.test/o/r/runs/7):"
        in (notice["body"])
    )
    assert "  The statement of id\\-type. (Document: section)\n" in notice["body"]
    assert f'<pre><code class="language-sh">{curl}\n</code></pre>\n</li>' in rendered(notice["body"])


def test_a_request_cannot_end_its_block(nights: Nights) -> None:
    breaking = f"curl 'https://acme.example/```\n</code>{BREAKS_OUT}'"
    notice = nights.night(verdict("fails", request=breaking), GOOD[1], exit_code=1)
    assert "evil" not in "".join(
        piece.partition("</code></pre>")[2] for piece in rendered(notice["body"]).split("<pre><code")
    )


def test_a_link_that_is_none_is_refused(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    nights.night(*GOOD)
    folders = [str(nights.folder / name) for name in ("nights", "out")]
    assert main(["notice", *folders, "--provider=acme", "--link=runs/7) [x](https://evil.example"]) == 4
    assert "--link=" in capsys.readouterr().err


UNSEEN = tuple(verdict("unseen", row["requirement"]) for row in GOOD)
NO_TASK = {
    "contract": "acme/videos",
    "cause": "task",
    "variable": "ACME_TASK_IDS",
    "sentence": "put videos=ID into ACME_TASK_IDS (not one documented success was seen)",
}
NO_CREDIT = {**NO_TASK, "cause": "credit", "variable": "ACME_API_KEY", "sentence": "add to the credit (402)"}


def test_a_night_that_judged_nothing_for_its_configuration_says_so_at_once_and_fails(nights: Nights) -> None:
    notice = nights.night(*UNSEEN, exit_code=6, remedies=[NO_TASK])
    assert (notice["action"], notice["exit"], notice["remedies"]) == ("none", 4, [NO_TASK])
    assert notice["sentence"] == f"acme: not judged, and yours to mend; acme/videos: {NO_TASK['sentence']}"


def test_what_is_ours_to_mend_is_never_told_as_the_vendors_silence(nights: Nights) -> None:
    nights.night(*GOOD)
    told = [nights.night(*DOWN, exit_code=6, remedies=[NO_CREDIT]) for _ in range(4)]
    assert [(notice["action"], notice["exit"]) for notice in told] == [("none", 4)] * 4
    assert nights.night(*GOOD)["sentence"] == "acme: nothing new"


def test_what_would_show_more_is_told_beside_what_was_judged(nights: Nights) -> None:
    notice = nights.night(GOOD[0], UNSEEN[1], exit_code=6, remedies=[NO_TASK])
    assert (notice["action"], notice["exit"]) == ("none", 0)
    assert notice["sentence"] == f"acme: nothing new; acme/videos: {NO_TASK['sentence']}"


def test_a_fault_is_told_before_what_is_ours_to_mend(nights: Nights) -> None:
    notice = nights.night(*BAD, exit_code=1, remedies=[NO_TASK])
    assert (notice["action"], notice["exit"]) == ("open", 1)
    assert notice["sentence"].startswith("acme: an issue to be opened, 1 fault; acme/videos: put videos=ID into ACME")


def test_one_remedy_for_several_contracts_is_told_once(nights: Nights) -> None:
    other = {**NO_CREDIT, "contract": "acme/query"}
    task = {**NO_TASK, "contract": "acme/query"}
    rows = [*DOWN, *(verdict("inconclusive", row["requirement"], "acme/query") for row in GOOD)]
    notice = nights.night(*rows, exit_code=6, remedies=[NO_CREDIT, other, NO_TASK, task])
    assert notice["remedies"] == [NO_CREDIT, NO_TASK, task], "but each contract needs a task of its own"


def test_a_contract_without_a_task_fails_no_night_in_which_another_was_judged(nights: Nights) -> None:
    other = [verdict("unseen", row["requirement"], "acme/query") for row in GOOD]
    notice = nights.night(*GOOD, *other, exit_code=6, remedies=[{**NO_TASK, "contract": "acme/query"}])
    assert notice["exit"] == 0
    assert "put videos=ID into ACME_TASK_IDS" in notice["sentence"]
    refused = {**NO_CREDIT, "contract": "acme/query"}
    assert nights.night(*GOOD, *other, exit_code=6, remedies=[refused])["exit"] == 4
