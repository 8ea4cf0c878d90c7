"""The hooks that judge: in the one process of a serial run, or in a worker of pytest-xdist."""

from __future__ import annotations

import contextlib
import logging
import secrets
import sys
from collections.abc import Callable, Generator, Mapping
from typing import Any

import pytest
from pytest_recording import network

from vidconform.laws import Law
from vidconform.plugin import JUDGE
from vidconform.plugin.outcomes import fails, properties, show
from vidconform.probes.generated import ENGINE
from vidconform.run import RunOptions, Session, Throttle, case_names, law_cases, prepare, schema_cases
from vidconform.text import printable, say
from vidconform.verdicts import Case, Verdict

FACTS = "vidconform_facts"
SEED = "vidconform_seed"


def start(config: pytest.Config, environ: Mapping[str, str]) -> Judge:
    """Prepare a run and register its hooks; raises UsageProblem."""
    judge = Judge(config, prepare(_options(config), environ, Throttle(_sayer(config))))
    if judge.session.options.uses_network:
        _hush_http()
    config.pluginmanager.register(judge, JUDGE)
    if judge.session.options.plan:
        from vidconform.plugin.planner import Planner

        config.pluginmanager.register(Planner(config, judge.session, environ), "vidconform-planner")
        return judge
    if not hasattr(config, "workerinput"):
        from vidconform.plugin.reporter import Reporter

        reporter = Reporter(config, judge.session)
        config.pluginmanager.register(reporter, "vidconform-reporter")
        config.pluginmanager.register(reporter.results, "vidconform-results")
        config.pluginmanager.register(reporter.hidden, "vidconform-hidden")
    if config.pluginmanager.has_plugin("xdist"):
        from vidconform.plugin.workers import OneWorker

        config.pluginmanager.register(OneWorker(config, judge.session, SEED), "vidconform-workers")
    return judge


def _hush_http() -> None:
    """Keep the HTTP client's debug log out of captured logs: a service may echo the key in the headers it shows."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _options(config: pytest.Config) -> RunOptions:
    option = config.option
    return RunOptions(
        providers=option.provider,
        live=option.live,
        # pytest-recording's own option; absent when that plugin is switched off.
        record_mode=getattr(option, "record_mode", None),
        provider_url=option.provider_url,
        task_ids=option.task_id,
        poll_interval=option.poll_interval,
        poll_timeout=option.poll_timeout,
        max_creations=option.max_creations,
        report=option.report,
        fail_on=option.fail_on,
        fuzz=option.fuzz,
        fuzz_seed=_seed(config),
        request_timeout=option.request_timeout,
        max_cost=option.max_cost,
        plan=option.plan,
        resume=option.resume,
        deviations=option.deviations,
        write_deviations=option.write_deviations,
    )


def _seed(config: pytest.Config) -> int:
    """Return the seed that was given, here or to the controller of this worker, or a new one."""
    given, told = config.option.fuzz_seed, getattr(config, "workerinput", {}).get(SEED)
    return next((int(seed) for seed in (given, told) if seed is not None), secrets.randbelow(1_000_000))


def _sayer(config: pytest.Config) -> Callable[[str], None]:
    """Return what prints a line in the middle of a test, past pytest's capture."""

    def say(sentence: str) -> None:
        capture = config.pluginmanager.get_plugin("capturemanager")
        with contextlib.nullcontext() if capture is None else capture.global_and_fixture_disabled():
            _print(config, sentence)

    return say


def _print(config: pytest.Config, sentence: str) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if hasattr(config, "workerinput"):
        # The terminal of a worker of pytest-xdist leads nowhere; its standard error is the controller's.
        say(sentence, sys.stderr)
    elif terminal is not None:
        terminal.ensure_newline()
        terminal.write_line(printable(sentence))
        # Whoever reads through a pipe would otherwise see it when the wait is over.
        terminal.flush()


class Judge:
    """Judges the items that stand for a case."""

    def __init__(self, config: pytest.Config, session: Session) -> None:
        self.config, self.session = config, session
        self._cases: dict[Law | None, list[Case]] = {}

    def cases(self, law: Law | None) -> tuple[list[Case], list[str]]:
        """Return the cases of a law, or of all schema nodes, with their test ids."""
        if law not in self._cases:
            found = schema_cases(self.session) if law is None else law_cases(self.session, law)
            self._cases[law] = list(found)
        return self._cases[law], case_names(self._cases[law])

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note which probes the selected tests need, after -k and the like have selected."""
        for item in items:
            case = case_of(item)
            if case is not None:
                self.session.want(case)
                # The case is the only argument; autouse fixtures of other plugins cost more than a verdict.
                item.fixturenames[:] = list(item.callspec.params)  # type: ignore[attr-defined]  # only what is collected from a function has them

        # Its imports take as long as the probes that come first. Of several workers only one will need it.
        if self.session.explores and not hasattr(self.config, "workerinput"):
            ENGINE.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Judge instead of calling the law with a case."""
        case = case_of(pyfuncitem)
        if case is None:
            return None
        verdict = pyfuncitem.stash[_VERDICT] = self._judge(case)
        self.session.journalise(case)
        # Before any report is made: the JUnit file takes the properties of the last one, teardown.
        pyfuncitem.user_properties += properties(verdict)
        return True

    def _judge(self, case: Case) -> Verdict:
        if self.session.options.uses_network:
            return self.session.judge(case)
        # No test of a recorded run reaches the network, whatever a law may do.
        with network.blocking_context():
            return self.session.judge(case)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn a verdict into what pytest shows for its level."""
        report = yield
        verdict = item.stash.get(_VERDICT, None)
        if verdict is not None and report.when == "call" and report.outcome == "passed":
            show(report, verdict, fails(verdict, self.session.options.fail_on))
        return report

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Hand the controller what only the judging process knows."""
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[FACTS] = facts(self.session)
        self.session.close(exitstatus not in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR))


_VERDICT = pytest.StashKey[Verdict]()


def case_of(item: pytest.Item) -> Case | None:
    """Return the case that an item stands for, or None."""
    callspec = getattr(item, "callspec", None)
    values = list(callspec.params.values()) if callspec is not None else []
    return values[0] if values and isinstance(values[0], Case) else None


def facts(session: Session) -> dict[str, Any]:
    """Return the cost of a run and why it is incomplete."""
    return {"cost": session.costs(), "incomplete": session.why_incomplete()}
