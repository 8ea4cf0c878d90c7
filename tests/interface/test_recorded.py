"""A recorded run as users and scripts start it: green everywhere, and the same in whatever order and company."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support.processes import EVERY_PROVIDER, PROVIDERS, Key, Row, Run, copy_of, judge, judge_inside, validator
from vidconform.locations import data_folder
from vidconform.report.results_writer import FORMAT

pytest_plugins = ["pytester"]

GATEWAYS = [path.name for path in data_folder("cassettes").glob("*@*")]
BACKWARDS = "def pytest_collection_modifyitems(items):\n    items.reverse()\n"
ANOTHER_PROJECT = "[pytest]\npython_files = check_*.py\npython_functions = check_*\ntestpaths = checks\n"


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return judge(tmp_path_factory.mktemp("everything"), "--provider=all", "-W", "error")


def only(run: Run, chosen: Callable[[Key], bool]) -> Mapping[Key, Row]:
    return {key: row for key, row in run.verdicts.items() if chosen(key)}


def of(provider: str) -> Callable[[Key], bool]:
    return lambda key: key[0].startswith(f"{provider}/")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_all_providers_are_green_in_a_folder_of_no_project(everything: Run) -> None:
    assert everything.code == 0, everything.ran()
    assert {key[0].partition("/")[0] for key in everything.verdicts} == {*EVERY_PROVIDER, *GATEWAYS}
    own = [row for row in everything.verdicts.values() if "held_to" not in row]
    unmet = {(row["subject"], row["reading"]) for row in own if row["outcome"] == "unmet"}
    assert ("document", "contradicts itself") in unmet
    assert unmet <= {("document", "contradicts itself"), ("document", "not offered"), ("service", "not offered")}
    assert {row["outcome"] for row in everything.verdicts.values()} <= {"met", "unmet", "unseen"}
    assert everything.err == ""


@pytest.mark.slow
def test_what_real_gateways_do_otherwise_is_known_and_explained(everything: Run) -> None:
    others = [row for row in everything.verdicts.values() if "held_to" in row]
    assert {row["held_to"] for row in others} == {"openai/videos"}
    assert {sight["origin"] for row in others for sight in row["evidence"]} == {"recorded"}
    unmet = [row for row in others if row["outcome"] == "unmet"]
    assert {row["provider"] for row in unmet} == set(GATEWAYS)
    assert {row["deviation"]["state"] for row in unmet} == {"expected"}


@pytest.mark.slow
def test_the_header_says_whose_replies_are_replayed_and_how_to_record_the_vendor_s(everything: Run) -> None:
    told = [line for line in everything.out.splitlines() if line.startswith("vidconform: gptge: ")]
    assert len(told) == 1
    assert "recorded, EMULATED evidence of 20" in told[0]
    assert told[0].endswith("GPTGE_API_KEY=... pytest --provider=gptge --record-mode=rewrite")
    own = [row for row in everything.verdicts.values() if "held_to" not in row]
    assert {p["origin"] for row in own for p in row["evidence"]} == {"emulated", "documented"}


@pytest.mark.slow
def test_a_schema_from_outside_that_breaks_a_rule_is_told_in_the_header(pytester: pytest.Pytester) -> None:
    folder = copy_of("gptge", pytester.path)
    schema = folder / "videos" / "task.schema.json"
    whole = judge_inside(pytester, f"--provider={folder}", "-k", "id-type")
    schema.write_text(schema.read_text("utf-8").replace('"type": "string"', '"format": "x", "type": "string"'), "utf-8")
    unruly = judge_inside(pytester, f"--provider={folder}", "-k", "id-type")
    told = f"vidconform: a rule that keeps blame exact is broken: {schema}: /properties/id: 'format' is not one"
    assert told in unruly.out, unruly.ran()
    assert "a rule that keeps blame exact" not in whole.out


WITHOUT_MEANING = ("--provider-url=http://127.0.0.1:9", "--settle=paid")


@pytest.mark.slow
def test_options_of_a_live_run_are_said_to_change_nothing(pytester: pytest.Pytester) -> None:
    arguments = ("--provider=gptge", "-k", "test_status", "--task-id=video_x", *WITHOUT_MEANING)
    run = judge_inside(pytester, *arguments)
    assert run.code == 0, run.ran()
    told = "--task-id and --provider-url and --settle without --live changes nothing: replies are replayed\n"
    assert told in run.out
    assert "without --live" not in judge_inside(pytester, *arguments[:3]).out


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_alone_is_judged_as_among_the_others(
    provider: str, everything: Run, pytester: pytest.Pytester
) -> None:
    run = judge_inside(pytester, f"--provider={provider}", "-q")
    assert run.code == 0, run.ran()
    assert run.verdicts == only(everything, of(provider))


@pytest.mark.slow
@pytest.mark.exhaustive
def test_two_workers_come_to_the_same_verdicts(everything: Run, tmp_path: Path) -> None:
    run = judge(tmp_path, "--provider=octopusx", "-n", "2")
    assert run.code == 0, run.ran()
    assert "2 workers" in run.out
    assert run.verdicts == only(everything, of("octopusx"))
    assert run.end["cost"] == {"octopusx": {"requests": 0, "creations": 0}}
    assert [error.message for line in run.lines for error in validator().iter_errors(line)] == []


@pytest.mark.slow
def test_the_order_of_the_tests_changes_nothing(everything: Run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(backwards=BACKWARDS)
    pytester.syspathinsert()
    run = judge_inside(pytester, "--provider=octopusx", "-p", "backwards", "-p", "no:xdist")
    assert run.code == 0, run.ran()
    assert run.verdicts == only(everything, of("octopusx"))
    assert list(run.verdicts) != list(only(everything, of("octopusx")))


@pytest.mark.slow
def test_a_selection_by_k_is_judged_as_the_whole(everything: Run, pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=octopusx", "-k", "remix")
    assert run.code == 0, run.ran()
    assert {key[1] for key in run.verdicts} > {"remix-makes-new-task", "remix-route"}
    assert run.verdicts == only(everything, lambda key: key in run.verdicts)


@pytest.mark.slow
def test_a_single_file_of_the_suites_is_judged_as_the_whole(everything: Run, pytester: pytest.Pytester) -> None:
    file = data_folder("suites") / "test_status.py"
    run = judge_inside(pytester, str(file), "--provider=gptge", "--provider=octopusx")
    assert run.code == 0, run.ran()
    assert {key[:2] for key in run.verdicts} > {
        ("octopusx/query", "terminal-status-is-final"),
        ("gptge/videos", "success-word"),
    }
    assert run.verdicts == only(everything, lambda key: key in run.verdicts)


def test_one_test_can_be_named_by_its_id(pytester: pytest.Pytester) -> None:
    test = "test_status.py::test_success_has_the_documented_word[gptge/videos-success-word]"
    run = judge_inside(pytester, f"{data_folder('suites')}/{test}", "--provider=gptge")
    assert run.code == 0, run.ran()
    assert list(run.verdicts) == [("gptge/videos", "success-word", "service")]


def test_a_module_of_the_suites_is_found_by_its_name(pytester: pytest.Pytester) -> None:
    modules = ("vidconform.suites.test_status", "vidconform.suites.test_times")
    run = judge_inside(pytester, "--provider=gptge", "--pyargs", *modules)
    assert run.code == 0, run.ran()
    assert {key[1] for key in run.verdicts} > {"success-word", "created-at-never-changes"}
    assert "progress-type" not in {key[1] for key in run.verdicts}


@pytest.mark.slow
def test_a_project_with_patterns_of_its_own_gets_all_the_suites(everything: Run, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(ANOTHER_PROJECT)
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "check_mine.py").write_text("def check_me():\n    raise AssertionError\n")
    # Nor does it matter that the project switches off the plugins that it does not use itself.
    disabled = ("-p", "no:recording", "-W", "error")
    run = judge(tmp_path, "--provider=gptge", "--pyargs", "vidconform.suites", *disabled)
    assert run.code == 0, run.ran()
    assert run.verdicts == only(everything, of("gptge"))


@pytest.mark.slow
def test_a_law_that_no_ledger_needs_is_no_test(everything: Run, pytester: pytest.Pytester) -> None:
    assert f"collected {len(everything.verdicts)} items" in everything.out
    run = judge_inside(pytester, str(data_folder("suites") / "test_remix.py"), "--provider=gptge")
    assert run.code == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "collected 0 items" in run.out


def test_the_recordings_need_no_network_and_no_law_gets_any(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_reaching_out="""
        import socket
        from vidconform.laws import requires

        @requires("success-word")
        def test_the_outside_answers(task):
            with socket.socket() as one:
                one.connect(("127.0.0.1", 9))
        """
    )
    run = judge_inside(pytester, "test_reaching_out.py", "--provider=gptge")
    assert run.code == 1
    assert run.labels() == {"success-word": "errored"}
    assert "Network is disabled" in run.verdicts["gptge/videos", "success-word", "service"]["received"], run.ran()


@pytest.mark.slow
def test_results_keep_their_schema_line_by_line(everything: Run) -> None:
    assert [error.message for line in everything.lines for error in validator().iter_errors(line)] == []


@pytest.mark.slow
def test_results_begin_with_a_header_and_end_with_a_footer(everything: Run) -> None:
    every = sorted([*EVERY_PROVIDER, *GATEWAYS])
    header, *providers = everything.lines[: 1 + len(every)]
    assert (header["kind"], header["format"], header["mode"]) == ("run", FORMAT, "recorded")
    assert [(line["kind"], line["provider"]) for line in providers] == [("provider", name) for name in every]
    assert everything.end["kind"] == "end"
    assert everything.end["verdicts"] == len(everything.verdicts) == len(everything.lines) - 2 - len(every)
    assert everything.end["exit"] == 0
    assert everything.end["cost"] == {name: {"requests": 0, "creations": 0} for name in every}


@pytest.mark.slow
def test_the_schema_of_the_results_refuses_what_it_should(everything: Run) -> None:
    verdict = next(row for row in everything.verdicts.values() if row["evidence"] and row["subject"] == "service")
    wrong = [
        {},
        {"kind": "verdicts"},
        {**verdict, "outcome": "passed"},
        {**verdict, "level": "must"},
        {**verdict, "observations": -1},
        {**verdict, "colour": "red"},
        {key: value for key, value in verdict.items() if key != "statement"},
        {**verdict, "evidence": [{**verdict["evidence"][0], "at": "yesterday"}]},
        {**everything.lines[0], "started_at": "2026-13-01"},
        {**everything.end, "exit": "0"},
    ]
    assert [line for line in wrong if validator().is_valid(line)] == []
