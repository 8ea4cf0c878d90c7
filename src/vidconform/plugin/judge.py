"""The hooks that judge: in the one process of a serial run, or in a worker of pytest-xdist."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Generator, Mapping
from dataclasses import fields
from functools import cached_property
from pathlib import Path

import pytest

from vidconform.laws import Law
from vidconform.plugin import JUDGE
from vidconform.plugin.judged_items import case_of, due_case, due_cases, parameters, runs_no_test
from vidconform.plugin.network_blockers import blocking, check_blockers
from vidconform.plugin.outcomes import properties, show
from vidconform.plugin.progress_display import begin
from vidconform.plugin.run_facts import FACTS, facts
from vidconform.plugin.run_process import RunProcess, run_folder
from vidconform.plugin.speech import sayer
from vidconform.plugin.workers import OneWorker
from vidconform.probes.generated import DRAWING_PROCESSES
from vidconform.run import RunOptions, Session, Throttle, case_names, law_cases, prepare, schema_cases
from vidconform.store import Claim
from vidconform.verdicts import Case, ShownVerdict, fails

SEED = "vidconform_seed"


def start(config: pytest.Config, environ: Mapping[str, str]) -> Judge:
    """Prepare a run and register its hooks; raises UsageProblem."""
    options = _options(config)
    check_blockers(config.option, options.uses_network and not options.plan)
    judge = Judge(config, prepare(options, environ, Throttle(sayer(config))))
    if options.uses_network and not options.plan:
        _hush_http()
        judge.session.hold(Claim(_folder_of_run(config, judge.session)))
    config.pluginmanager.register(judge, JUDGE)
    if judge.session.options.plan:
        from vidconform.plugin.planner import Planner

        config.pluginmanager.register(Planner(config, judge.session, environ), "vidconform-planner")
        return judge
    if judge.session.options.sdk:
        from vidconform.plugin.client_lanes import ClientLanes

        config.pluginmanager.register(ClientLanes(config, judge.session), "vidconform-client-lanes")
    if not hasattr(config, "workerinput"):
        from vidconform.plugin.reporter import Reporter

        reporter = Reporter(config, judge.session)
        config.pluginmanager.register(reporter, "vidconform-reporter")
        config.pluginmanager.register(reporter.results, "vidconform-results")
        config.pluginmanager.register(reporter.hidden, "vidconform-hidden")
    # Under whichever name pytest-xdist is loaded, and where it is not.
    config.pluginmanager.register(OneWorker(config, judge.session, SEED), "vidconform-workers")
    return judge


def _folder_of_run(config: pytest.Config, session: Session) -> Path:
    """Return the folder of the run that this process began, or descends from."""
    folder = run_folder()
    if folder is None or hasattr(config, "workerinput"):
        process = RunProcess(session.clocks, folder)
        config.pluginmanager.register(process, "vidconform-process")
        folder = process.folder
    return folder


def _hush_http() -> None:
    """Keep the HTTP client's debug log out of captured logs: a service may echo the key in the headers it shows."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _options(config: pytest.Config) -> RunOptions:
    """Return the options of a run: but for a few, each has the name of its field."""
    option = config.option
    own = {
        "providers": option.provider,
        "task_ids": option.task_id,
        "subjects": option.subject,
        # pytest-recording's own option; absent when that plugin is switched off.
        "record_mode": getattr(option, "record_mode", None),
        "fuzz_seed": _seed(config),
    }
    named = [field.name for field in fields(RunOptions) if field.name not in own]
    return RunOptions(**own, **{name: getattr(option, name) for name in named})


def _seed(config: pytest.Config) -> int:
    """Return the seed that was given, here or to the controller of this worker, or a new one."""
    given, told = config.option.fuzz_seed, getattr(config, "workerinput", {}).get(SEED)
    return next((int(seed) for seed in (given, told) if seed is not None), secrets.randbelow(1_000_000))


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
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which probes the selected tests need, after -k, --lf and other plugins have selected."""
        for item in session.items:
            case = case_of(item)
            if case is not None:
                # The case is the only argument; autouse fixtures of other plugins cost more than a verdict.
                item.fixturenames[:] = [name for name, value in parameters(item).items() if value is case]  # type: ignore[attr-defined]  # only what is collected from a function has them

        for case in due_cases(session.items):
            self.session.want(case)
        # Its imports take as long as the probes that come first. Of several workers only one will need it.
        if self.session.explores and not hasattr(self.config, "workerinput"):
            DRAWING_PROCESSES.start()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Gather what a test needs outside of all that times, repeats or forks it."""
        case = due_case(item)
        if case is not None and not runs_no_test(self.config):
            with blocking(item, self.session.options.uses_network):
                begin(self.config, self.session, due_cases(item.session.items))
                self.session.bring(case)
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Judge instead of calling the law with a case."""
        case = case_of(pyfuncitem)
        if case is None:
            return None
        with blocking(pyfuncitem, self.session.options.uses_network):
            verdict = pyfuncitem.stash[_VERDICT] = self.session.judge(case)
        if self._takes_properties:
            # Before any report is made: the JUnit file takes the properties of the last one, teardown.
            pyfuncitem.user_properties += properties(verdict)
        return True

    @cached_property
    def _takes_properties(self) -> bool:
        """Whether a test may have properties: in a JUnit file only the schema of the family xunit1 lets it."""
        writes = getattr(self.config.option, "xmlpath", None) is not None
        return not writes or self.config.getini("junit_family") in ("xunit1", "legacy")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn a verdict into what pytest shows for its level."""
        report = yield
        verdict = item.stash.get(_VERDICT, None)
        # Whatever another plugin, or a mark of somebody's, has made of it since.
        if verdict is not None and report.when == "call" and call.excinfo is None:
            show(report, verdict, fails(verdict, self.session.options.fail_on))
        return report

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Hand the controller what only the judging process knows."""
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput[FACTS] = facts(self.session)
        self.session.close(exitstatus not in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR))


_VERDICT = pytest.StashKey[ShownVerdict]()
