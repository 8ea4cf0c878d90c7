"""Runs that judge nothing: they empty no earlier run's folder, and those that should have judged are not green."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import KEYS, judge_inside

pytest_plugins = ["pytester"]

JUDGING_NOTHING = (
    ("--help",), ("--markers",), ("--fixtures",), ("--collect-only",), ("--setup-plan",), ("--setup-only",),
    ("-k", "nosuch"), ("nosuch.py",), ("-n", "2", "-k", "nosuch"), ("-n", "2", "nosuch.py"), ("test_mine.py",),
    ("-n", "1", "test_mine.py"), ("test_broken.py",),
)  # fmt: skip
MINE = "def test_me():\n    assert True\n"
LEFT = ("results.jsonl", "evidence.jsonl", "observed.json")
HOLLOW = (
    "incomplete: no requirement was judged: the tests that ran are none of the suites, "
    "which --pyargs vidconform.suites names\n"
)


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """A folder with a test of somebody's own, and one that cannot be loaded."""
    pytester.makepyfile(test_mine=MINE, test_broken="import nosuch")
    return pytester.path


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


@pytest.fixture
def paid(project: Path) -> dict[str, bytes]:
    """What an earlier run left in the folder of --report."""
    folder = project / "report"
    folder.mkdir()
    for name in (*LEFT, "creations.jsonl", "report.html"):
        (folder / name).write_text("" if name == "creations.jsonl" else "paid for\n")
    return contents(folder)


@pytest.mark.slow
@pytest.mark.parametrize("words", JUDGING_NOTHING, ids=" ".join)
def test_a_run_that_judges_nothing_leaves_an_earlier_run_s_folder_as_it_is(
    words: tuple[str, ...], paid: dict[str, bytes], pytester: pytest.Pytester
) -> None:
    run = judge_inside(pytester, "--provider=gptge", *words)
    assert contents(run.report) == paid, run.ran()


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("-n", "1")], ids=" ".join)
def test_a_run_that_judges_begins_the_folder_anew(
    words: tuple[str, ...], paid: dict[str, bytes], pytester: pytest.Pytester
) -> None:
    run = judge_inside(pytester, "--provider=gptge", "-k", "test_status", *words)
    assert run.code == 0, run.ran()
    assert [line["kind"] for line in run.lines[:2]] == ["run", "provider"]
    assert {name for name, content in contents(run.report).items() if content == paid.get(name)} == {"creations.jsonl"}


@pytest.mark.slow
def test_results_are_begun_before_the_first_verdict(paid: dict[str, bytes], pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "import pathlib, pytest\n"
        "@pytest.hookimpl(tryfirst=True)\n"
        "def pytest_runtest_protocol(item):\n"
        "    pytest.exit(pathlib.Path('report/results.jsonl').read_text())\n"
    )
    run = judge_inside(pytester, "--provider=gptge", "-k", "test_status")
    assert '{"kind": "run", ' in run.out + run.err, run.ran()
    assert '{"kind": "provider", ' in run.out + run.err, run.ran()


def test_a_folder_that_takes_no_results_is_refused_before_anything_is_collected(pytester: pytest.Pytester) -> None:
    (pytester.path / "report" / "results.jsonl").mkdir(parents=True)
    run = judge_inside(pytester, "--provider=gptge", "--collect-only")
    assert (run.code, run.out.strip()) == (4, "")
    assert run.err.endswith("report: expected a folder to write to (Is a directory) [VC-101]\n")


def test_what_cannot_be_begun_anew_is_told_before_anything_is_judged(pytester: pytest.Pytester) -> None:
    (pytester.path / "report" / "evidence.jsonl").mkdir(parents=True)
    run = judge_inside(pytester, "--provider=gptge")
    assert run.code == 4, run.ran()
    assert "report: expected a folder to write to (" in run.err
    assert "INTERNALERROR" not in run.ran()


def test_a_folder_is_as_empty_as_before_when_nothing_is_judged(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=gptge", "-k", "nosuch")
    assert (run.code, contents(run.report)) == (5, {})


@pytest.mark.slow
@pytest.mark.parametrize("words", [("test_mine.py",), ("test_mine.py", "-n", "1"), ()], ids=" ".join)
def test_a_run_of_other_tests_alone_is_not_green(
    words: tuple[str, ...], project: Path, pytester: pytest.Pytester
) -> None:
    pytester.makeini("[pytest]\naddopts = test_mine.py\n")
    run = judge_inside(pytester, "--provider=gptge", *words)
    assert run.code == 6, run.ran()
    assert HOLLOW in run.out
    assert "1 passed" in run.out


def test_what_the_sentence_advises_judges(project: Path, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\naddopts = test_mine.py\n")
    run = judge_inside(pytester, "--provider=gptge", "--pyargs", "vidconform.suites", "-k", "test_status or test_me")
    assert run.code == 0, run.ran()
    assert run.verdicts


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("words", "code"),
    [(("--collect-only",), 0), (("--setup-plan",), 0), (("--fixtures",), 0), (("-k", "nosuch"), 5), (("-x",), 1)],
    ids=str,
)
def test_a_run_that_was_to_judge_nothing_ends_as_pytest_has_it(
    words: tuple[str, ...], code: int, pytester: pytest.Pytester
) -> None:
    pytester.makepyfile(test_mine=f"{MINE}def test_fault():\n    assert False\n" if code == 1 else MINE)
    run = judge_inside(pytester, "--provider=gptge", "test_mine.py", *words)
    assert run.code == code, run.ran()
    assert "no requirement was judged" not in run.out


@pytest.mark.parametrize("option", ["--live", "--provider-url=http://127.0.0.1:9", "--task-id=x", "--plan", "--resume"])
@pytest.mark.parametrize("words", [(), ("-n", "1"), ("--pyargs", "vidconform.suites")], ids=" ".join)
def test_an_option_that_only_a_provider_gives_a_meaning_is_refused_without_one(
    option: str, words: tuple[str, ...], project: Path, pytester: pytest.Pytester
) -> None:
    run = judge_inside(pytester, option, *words, **KEYS)
    told = f"ERROR: {option.partition('=')[0]}: expected --provider=NAME with it, or --provider=all [VC-101]\n"
    assert (run.code, run.out.strip(), run.err.lstrip()) == (4, "", told), run.ran()
