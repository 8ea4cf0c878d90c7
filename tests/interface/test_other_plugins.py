"""Beside what else a project has pytest do: JUnit files, fixtures for every test, and networks that are closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.junit_schema import refusals
from tests.support.processes import KEYS, judge, judge_inside, live
from vidconform.emulator.server import running

pytest_plugins = ["pytester"]

BROKEN_LAW = """
from vidconform.laws import requires

@requires("success-word")
def test_a_law_with_a_fault_of_ours(task):
    raise KeyError("boom")
"""
FOR_EVERY_TEST = """
import pytest

@pytest.fixture(autouse=True, params=["a", "b"])
def anything(request):
    return request.param

@pytest.fixture(autouse=True, scope="session", params=[1, 2, 3])
def a_database(request):
    raise RuntimeError("no such database here")
"""
# As pytest-describe does it.
DESCRIBING = """
import inspect
import pytest

class Block(pytest.Item):
    def runtest(self):
        self.obj()

def pytest_pycollect_makeitem(collector, name, obj):
    if inspect.isfunction(obj) and name.startswith("describe"):
        block = Block.from_parent(collector, name=name)
        block.obj = obj
        return block
"""
# As pytest-tldr does it: pytest's own reporter gives way to one that can write lines and no more.
SHORT_REPORTER = """
import pytest

class Short:
    def ensure_newline(self):
        print()
    def write_line(self, line):
        print(line)
    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            print(report.outcome)

@pytest.hookimpl(trylast=True)
def pytest_configure(config):
    config.pluginmanager.unregister(name="terminalreporter")
    config.pluginmanager.register(Short(), "terminalreporter")
"""
# As --lf of pytest, pytest-split and others do it: behind all that select.
SELECTING_LAST = """
import pytest

@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    yield
    config.hook.pytest_deselected(items=[item for item in items if "refusals-are-json" not in item.name])
    items[:] = [item for item in items if "refusals-are-json" in item.name]
"""
MARKING = """
import pytest

SKIPS = [pytest.mark.skip, pytest.mark.skipif(True, reason="not here"), pytest.mark.xfail(run=False)]

def pytest_collection_modifyitems(items):
    for number, item in enumerate(items):
        if "refusals-are-json" not in item.name:
            item.add_marker(SKIPS[number % 3])
"""
OWN_LAW = """
from vidconform.laws import describe_reply, requires
from vidconform.laws import ReplyView

@requires("success-word")
def test_a_law_of_ones_own(task):
    assert task is not None

def describe_what_is_mine():
    pass
"""
# As pytest-socket does it.
SOCKET_OPTIONS = """
def pytest_addoption(parser):
    parser.addoption("--disable-socket", action="store_true", dest="disable_socket")
    parser.addoption("--allow-hosts", dest="allow_hosts")
    parser.addoption("--force-enable-socket", action="store_true", dest="force_enable_socket")
"""


def test_a_junit_file_keeps_the_schema_of_its_family(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_with_a_fault=BROKEN_LAW)
    words = ("--junit-xml=junit.xml", "-o", "junit_family=xunit2", "-k", "fault or success or example")
    run = judge_inside(pytester, "test_with_a_fault.py", "--pyargs", "vidconform.suites", "--provider=gptge", *words)
    assert run.code == 1, run.ran()
    assert refusals(pytester.path / "junit.xml") == []


def test_the_family_that_pytest_takes_by_itself_keeps_the_schema(pytester: pytest.Pytester) -> None:
    judge_inside(pytester, "--provider=gptge", "-k", "id-type", "--junit-xml=junit.xml")
    assert refusals(pytester.path / "junit.xml") == []


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["serial", "two workers"])
def test_fixtures_for_every_test_of_a_project_change_no_verdict(tmp_path: Path, workers: tuple[str, ...]) -> None:
    alone = judge(tmp_path, "--provider=gptge")
    readings = {key: row["reading"] for key, row in alone.verdicts.items()}
    (tmp_path / "conftest.py").write_text(FOR_EVERY_TEST, "utf-8")
    beside = judge(tmp_path, "--provider=gptge", *workers)
    assert beside.code == alone.code == 0, beside.ran()
    assert {key: row["reading"] for key, row in beside.verdicts.items()} == readings


@pytest.mark.parametrize("pattern", ["python_functions = *", "python_functions = describe_*", "python_classes = *"])
def test_patterns_of_a_project_for_its_own_tests_take_nothing_of_a_suite(
    pytester: pytest.Pytester, pattern: str
) -> None:
    pytester.makeini(f"[pytest]\n{pattern}\nfilterwarnings = error")
    run = judge_inside(pytester, "--provider=gptge", "-k", "status")
    assert run.code == 0, run.ran()
    assert run.labels()["status-type"] == "conforms"


def test_what_collects_by_other_names_takes_no_helper_of_a_law(pytester: pytest.Pytester) -> None:
    pytester.syspathinsert()
    pytester.makepyfile(describing=DESCRIBING, test_own=OWN_LAW)
    words = ("-p", "describing", "test_own.py", "--pyargs", "vidconform.suites.test_errors", "--provider=gptge")
    run = judge_inside(pytester, *words, "-k", "mine or own or status-code or describe")
    assert run.code == 0, run.ran()
    assert "test_own.py::describe_what_is_mine" in judge_inside(pytester, *words, "-k", "describe", "-v").out


def test_a_file_that_somebody_else_cannot_write_costs_no_report(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("def pytest_sessionfinish():\n    raise OSError('no space left for another report')")
    run = judge(pytester.path, "--provider=gptge", "-k", "status-type")
    assert "no space left for another report" in run.err
    assert run.end["kind"] == "end"
    assert run.end["verdicts"] == len(run.verdicts) > 0
    assert (run.report / "report.html").exists()


@pytest.mark.parametrize(("strict", "code"), [(True, 1), (False, 0)])
def test_a_mark_of_somebody_hides_no_verdict(pytester: pytest.Pytester, strict: bool, code: int) -> None:
    pytester.makeconftest(
        "import pytest\n\ndef pytest_collection_modifyitems(items):\n"
        f"    for item in items:\n        item.add_marker(pytest.mark.xfail(strict={strict}))"
    )
    run = judge_inside(pytester, "--provider=gptge", "-k", "status-type")
    assert run.code == code, run.ran()
    assert run.labels()["status-type"] == "conforms"


@pytest.mark.sampled(2)
@pytest.mark.parametrize("plugin", [SELECTING_LAST, MARKING], ids=["deselected", "marked"])
def test_what_somebody_else_keeps_from_being_run_is_not_asked_for(plugin: str, pytester: pytest.Pytester) -> None:
    pytester.syspathinsert()
    pytester.makepyfile(others=plugin)
    costs = []
    for words in (("-k", "refusals-are-json"), ("-p", "others")):
        with running("octopusx", environ=KEYS) as emulator:
            run = judge_inside(pytester, *live(emulator, tasks=False), *words, **KEYS)
        assert set(run.labels()) == {"refusals-are-json"}, run.ran()
        costs.append(run.end["cost"])
    assert costs[0] == costs[1]


@pytest.mark.slow
def test_a_reporter_of_somebody_that_only_writes_lines_is_enough_for_a_live_run(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(short_reporter=SHORT_REPORTER)
    with running("octopusx", environ=KEYS, step_seconds=0.01) as emulator:
        words = ("-s", "-p", "short_reporter", "-k", "octopusx/videos and creation")
        run = judge(pytester.path, *live(emulator), *words, **KEYS)
    assert run.code == 0, run.ran()
    assert run.end["cost"]["octopusx"]["creations"] == 2
    assert not run.err


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--block-network", "--disable-socket"])
def test_a_network_that_is_closed_refuses_a_live_run_at_its_start(pytester: pytest.Pytester, option: str) -> None:
    pytester.makepyfile(socket_blocker=SOCKET_OPTIONS)
    with running("gptge", environ=KEYS) as emulator:
        run = judge(pytester.path, *live(emulator), "-p", "socket_blocker", option, **KEYS)
        assert emulator.requests == 0
    assert run.code == 4, run.ran()
    assert f"{option}: expected --allow" in run.err


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--block-network", "--disable-socket"])
def test_a_network_that_is_closed_is_no_matter_to_a_recorded_run(pytester: pytest.Pytester, option: str) -> None:
    pytester.makepyfile(socket_blocker=SOCKET_OPTIONS)
    assert judge(pytester.path, "--provider=gptge", "-p", "socket_blocker", "-k", "status-type", option).code == 0


@pytest.mark.slow
@pytest.mark.parametrize(("allowed", "code"), [("127.0.0.1,10.0.0.1", 0), ("10.0.0.1", 6)])
def test_only_the_hosts_that_are_allowed_are_reached(tmp_path: Path, allowed: str, code: int) -> None:
    with running("gptge", environ=KEYS) as emulator:
        options = ("--block-network", f"--allowed-hosts={allowed}", "-k", "status-type")
        run = judge(tmp_path, *live(emulator), *options, **KEYS)
        assert bool(emulator.requests) == (code == 0)
    assert run.code == code, run.ran()
    assert ("no connection: Network is disabled for host '127.0.0.1'" in run.out) == (code == 6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code"),
    [(["--allow-hosts=10.0.0.1"], 6), (["--disable-socket", "--allow-hosts=10.0.0.1"], 6),
     (["--disable-socket", "--allow-hosts=127.0.0.1"], 0), (["--disable-socket", "--force-enable-socket"], 0)],
)  # fmt: skip
def test_only_the_hosts_that_pytest_socket_allows_are_reached(
    pytester: pytest.Pytester, options: list[str], code: int
) -> None:
    pytester.makepyfile(socket_blocker=SOCKET_OPTIONS)
    with running("gptge", environ=KEYS) as emulator:
        run = judge(pytester.path, *live(emulator), "-p", "socket_blocker", *options, "-k", "status-type", **KEYS)
        assert bool(emulator.requests) == (code == 0)
    assert run.code == code, run.ran()
    assert run.labels()["status-type"] == ("conforms" if code == 0 else "inconclusive")
