"""How verdicts become exit codes, pytest's outcomes, JUnit files and what a terminal shows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from xml.etree import ElementTree

import httpx
import pytest

from tests.support.processes import KEYS, Run, copy_of, judge, judge_inside, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.locations import data_folder

pytest_plugins = ["pytester"]

BROKEN_LAW = """
from vidconform.laws import requires

@requires("success-word")
def test_a_law_with_a_fault_of_ours(task):
    raise KeyError("boom")
"""
PROPERTIES = ["contract", "requirement", "level", "source", "reading"]


def another_id(reply: ReplyContext) -> None:
    if reply.task is not None and isinstance(reply.body, dict):
        reply.body["id"] = "video_5f1d0c7e9b3a42d6815e0f7c2b9d4a00"


def beyond_the_whole(reply: ReplyContext) -> None:
    if reply.task is not None and isinstance(reply.body, dict) and reply.body["status"] == "in_progress":
        reply.body["progress"] = 180


def overloaded(reply: ReplyContext) -> None:
    if reply.task is not None:
        reply.status, reply.body = 429, {"error": {"message": "slow down"}}


@contextmanager
def wrong(change: object) -> Iterator[Running]:
    with running("gptge", environ=KEYS, change=change) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A live run against a service that breaks a MUST, with a JUnit file, in two workers."""
    folder = tmp_path_factory.mktemp("failed")
    with wrong(another_id) as emulator:
        return judge(
            folder,
            *live(emulator),
            "-n",
            "2",
            f"--junit-xml={folder}/report/junit.xml",
            "-o",
            "junit_family=xunit1",
            "-ra",
            **KEYS,
        )


def unmet(run: Run) -> dict[str, str]:
    found = run.labels().items()
    return {name: label for name, label in found if label in ("fails", "deviates", "inconclusive", "errored")}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_must_that_is_unmet_fails_the_run(failed: Run) -> None:
    assert failed.code == 1, failed.ran()
    assert failed.end["exit"] == 1
    assert unmet(failed) == {"id-same-as-asked": "fails"}
    assert re.search(r"^=+ 1 failed, \d+ passed", failed.out.splitlines()[-1]), failed.ran()
    assert re.search(r"^FAILED test_identifiers.py::\S+\[gptge/videos-id-same-as-asked\]", failed.out, re.MULTILINE)


@pytest.mark.slow
def test_a_should_that_is_unmet_does_not(pytester: pytest.Pytester) -> None:
    with wrong(beyond_the_whole) as emulator:
        run = judge_inside(pytester, *live(emulator), **KEYS)
    assert run.code == 0, run.ran()
    assert unmet(run)["progress-range"] == "deviates"
    assert set(unmet(run).values()) == {"deviates"}
    assert f"{len(unmet(run))} xfailed" in run.out
    told = "deviates  gptge/videos  progress-range  [SHOULD]: expected at most 100, received 180 at /progress"
    assert told in run.out.splitlines()


@pytest.mark.slow
def test_a_should_that_is_unmet_fails_a_run_that_asks_for_it(pytester: pytest.Pytester) -> None:
    with wrong(beyond_the_whole) as emulator:
        run = judge_inside(pytester, *live(emulator), "--fail-on=should", **KEYS)
    assert run.code == run.end["exit"] == 1, run.ran()
    assert set(unmet(run).values()) == {"deviates"}
    assert f"{len(unmet(run))} failed" in run.out
    assert "DEVIATES  gptge/videos  progress-range  [SHOULD]\n" in run.out


@pytest.mark.slow
def test_a_document_that_contradicts_itself_fails_a_run_only_when_asked(pytester: pytest.Pytester) -> None:
    unexplained = copy_of("octopusx", pytester.path)
    (unexplained / "deviations.toml").unlink()
    files = [str(data_folder("suites") / "test_document.py"), f"--provider={unexplained}"]
    shown = judge_inside(pytester, *files)
    strict = judge_inside(pytester, *files, "--fail-on=should")
    labels = {row["reading"] for row in shown.verdicts.values()}
    assert labels == {row["reading"] for row in strict.verdicts.values()} == {"contradicts itself"}
    assert (shown.code, strict.code) == (0, 1), shown.ran() + strict.ran()
    assert "CONTRADICTS ITSELF  octopusx/query  example-id-is-the-one-asked  [MUST] (the document itself)" in strict.out
    assert "CONTRADICTS ITSELF" not in shown.out


@pytest.mark.slow
def test_a_service_that_asks_for_patience_leaves_the_run_inconclusive(pytester: pytest.Pytester) -> None:
    with wrong(overloaded) as emulator:
        run = judge_inside(pytester, *live(emulator), "--poll-timeout=1", **KEYS)
    assert run.code == run.end["exit"] == 6, run.ran()
    assert run.labels()["progress-type"] == "inconclusive"
    assert "fails" not in run.labels().values()
    assert re.search(r"^incomplete: gptge/videos: GET /v1/videos/\S+ was answered with 429", run.out, re.MULTILINE)
    assert re.search(r"^inconclusive  gptge/videos  \d+ requirements: GET /v1/videos/\S+ was", run.out, re.MULTILINE)


def test_a_fault_of_our_own_is_an_error_and_no_verdict_on_anyone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_with_a_fault=BROKEN_LAW)
    run = judge_inside(pytester, "test_with_a_fault.py", "--provider=gptge", "--junit-xml=report/junit.xml")
    assert run.code == run.end["exit"] == 1, run.ran()
    assert run.labels() == {"success-word": "errored"}
    assert "test_with_a_fault.py EE" in run.out
    assert re.match(r"=+ 2 errors in", run.out.splitlines()[-1])
    assert "  Broken    KeyError: 'boom' (in the check, not in the service)\n" in run.out
    suite = ElementTree.parse(run.report / "junit.xml").find("testsuite")
    assert suite is not None
    assert (suite.get("failures"), suite.get("errors"), suite.get("tests")) == ("2", "0", "2")


@pytest.mark.slow
def test_a_failure_is_shown_whole_and_once(failed: Run) -> None:
    row = failed.verdicts["gptge/videos", "id-same-as-asked", "service"]
    task = row["evidence"][0]
    block = failed.out[failed.out.index("FAILS  gptge/videos") :].split("\n\n")[0].splitlines()
    assert block[:4] == [
        "FAILS  gptge/videos  id-same-as-asked  [MUST]",
        f"  {row['statement']}",
        f"  {row['source']}",
        f"  Expected  {row['expected']}",
    ]
    assert block[4:6] == [
        f"  Received  {row['received']}",
        f"  Evidence  {task['probe']} #{task['exchange']} at /id (emulated)",
    ]
    assert "video_68f082321ed08193a4eaf01376fa10bc0284bd663de64dc5" in row["expected"]
    assert "video_5f1d0c7e9b3a42d6815e0f7c2b9d4a00" in row["received"]
    assert [line for line in failed.out.splitlines() if line.startswith("  Received  ")] == [block[4]]


@pytest.mark.slow
def test_the_terminal_says_the_verdict_first_then_the_faults_and_the_numbers_last(failed: Run) -> None:
    lines = failed.out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip("= ") == "vidconform")
    assert lines[at + 1].startswith("gptge: 1 promise broken, ")
    assert lines[at + 1].endswith(" (emulated: not the vendor, nothing paid)")
    head, row = lines[lines.index(next(line for line in lines if "conforms" in line)) :][:2]
    assert head.split() == ["conforms", "fails", "deviates"]
    counts = [list(failed.labels().values()).count(word) for word in head.split()]
    assert row.split() == ["gptge/videos", *map(str, counts)]
    assert counts[1] == 1
    assert failed.out.index("FAILS  gptge/videos") < failed.out.index(head) < failed.out.index("short test summary")


@pytest.mark.slow
def test_the_request_is_a_line_for_the_shell_without_the_key(failed: Run) -> None:
    line = next(line for line in failed.out.splitlines() if line.startswith("  curl "))
    assert '"Authorization: Bearer $GPTGE_API_KEY"' in line
    assert KEYS["GPTGE_API_KEY"] not in failed.out + failed.err
    words = [word.replace("$GPTGE_API_KEY", KEYS["GPTGE_API_KEY"]) for word in shlex.split(line)]
    headers = [word.partition(": ") for before, word in pairwise(words) if before == "-H"]
    with wrong(None) as emulator:
        url = re.sub(r"^http://127\.0\.0\.1:\d+", emulator.url, next(word for word in words if word.startswith("http")))
        reply = httpx.get(url, headers={name: value for name, _, value in headers})
    assert reply.status_code == 200
    assert reply.json()["object"] == "video"


@pytest.mark.slow
def test_a_junit_file_tells_of_every_verdict_what_it_is_about(failed: Run) -> None:
    cases = list(ElementTree.parse(failed.report / "junit.xml").iter("testcase"))
    assert len(cases) == len(failed.verdicts)
    told = [{p.get("name"): p.get("value") for p in case.iter("property")} for case in cases]
    assert all(list(properties) == PROPERTIES for properties in told)
    rows = [{name: row[name] for name in PROPERTIES} for row in failed.verdicts.values()]
    assert sorted(map(sorted, (d.items() for d in told))) == sorted(map(sorted, (d.items() for d in rows)))


@pytest.mark.slow
def test_a_junit_file_shows_what_failed_and_why(failed: Run) -> None:
    cases = list(ElementTree.parse(failed.report / "junit.xml").iter("testcase"))
    broken = {case.get("name", ""): failure.get("message", "") for case in cases for failure in case.iter("failure")}
    assert [name.partition("[")[2] for name in broken] == ["gptge/videos-id-same-as-asked]"]
    assert next(iter(broken.values())).startswith("fails: The id in the reply is the id in the path.\nExpected ")
    skipped = [skip.get("message", "") for case in cases for skip in case.iter("skipped")]
    assert [text for text in skipped if not text.startswith("unseen: needs ")] == []


@pytest.mark.slow
def test_runxfail_changes_no_verdict(pytester: pytest.Pytester) -> None:
    arguments = (str(data_folder("suites") / "test_document.py"), "--provider=octopusx")
    plain, forced = judge_inside(pytester, *arguments), judge_inside(pytester, *arguments, "--runxfail")
    assert plain.verdicts == forced.verdicts
    assert (plain.code, forced.code) == (0, 0)
    assert "2 xfailed" in plain.out
    assert "2 xfailed" in forced.out


@pytest.mark.slow
def test_x_stops_at_the_first_failure_and_the_footer_says_so(pytester: pytest.Pytester) -> None:
    with wrong(another_id) as emulator:
        run = judge_inside(pytester, *live(emulator), "-x", **KEYS)
    assert run.code == run.end["exit"] == 1
    assert list(run.labels().items())[-1] == ("id-same-as-asked", "fails")
    assert run.end["verdicts"] == len(run.verdicts) < 20
    assert "stopping after 1 failures" in run.out


@pytest.mark.slow
def test_what_is_unseen_says_what_would_have_shown_it(pytester: pytest.Pytester) -> None:
    with wrong(None) as emulator:
        finished = emulator.task_ids["videos"][1]
        arguments = [argument for argument in live(emulator) if not argument.startswith("--task-id")]
        run = judge_inside(pytester, *arguments, f"--task-id={finished}", "-rs", **KEYS)
    assert run.code == 0, run.ran()
    needs = {row["expected"] for row in run.verdicts.values() if row["reading"] == "unseen"}
    assert needs
    assert all(f"unseen: needs {need}" in run.out for need in needs)
    told = set(re.findall(r"^unseen  gptge/videos  .+: needs (.+)$", run.out, re.MULTILINE))
    (counted,) = re.findall(
        r"^unseen  gptge/videos  \d+ requirements more, for (\d+) reasons; -rs ", run.out, re.MULTILINE
    )
    assert told <= needs
    assert len(told) == len(needs) - int(counted)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=" ".join)
def test_what_a_law_alone_cannot_decide_leaves_the_run_incomplete(
    workers: tuple[str, ...], pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(
        test_undecided="""
        from vidconform.laws import Inconclusive, requires

        @requires("success-word")
        def test_the_end_is_seen(task):
            raise Inconclusive("the end was cut off")
        """
    )
    run = judge_inside(pytester, "test_undecided.py", "--provider=gptge", *workers)
    assert (run.code, run.labels()) == (6, {"success-word": "inconclusive"}), run.ran()
    assert "the end was cut off" in run.out
