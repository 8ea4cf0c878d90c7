"""The hooks that report: on the controller, where every verdict comes together."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from vidconform import report
from vidconform.errors import INCOMPLETE
from vidconform.plugin.header_lines import generation, kept_origin, origin, recorded_into, unruly
from vidconform.plugin.hidden import Hidden
from vidconform.plugin.results import Results
from vidconform.plugin.run_facts import FACTS, facts
from vidconform.probes import probes_of
from vidconform.run import (
    CLIENT_LEDGER,
    ProviderRun,
    Session,
    describe_entries,
    notices_at_end,
    notices_at_start,
)
from vidconform.store import KeptSource, RecordedSource
from vidconform.text import pluralise, printable
from vidconform.verdicts import Label, Outcome

_NOTHING_JUDGED = (
    "no requirement was judged: the tests that ran are none of the suites, which --pyargs vidconform.suites names"
)


class Reporter:
    """Collects verdicts, writes results.jsonl, ends the terminal's output and decides on exit code 6."""

    def __init__(self, config: pytest.Config, session: Session) -> None:
        self.config, self.session = config, session
        self.rows: list[dict[str, Any]] = []
        self.taken: set[tuple[str, str, str]] = set()
        self.facts: dict[str, Any] = {"cost": {}, "incomplete": [], "answered": [], "remedies": [], "foreign": []}
        self.hidden = Hidden()
        self.silent: set[str] = set()
        self.results = Results(config, session)
        self.written = ""

    def pytest_report_header(self) -> list[str]:
        """Say what is judged, and where its evidence comes from."""
        lines = [
            line
            for provider_run in self.session.provider_runs
            for line in (*self._header(provider_run), *unruly(provider_run))
        ]
        lines += [f"vidconform: {sentence}" for sentence in self.session.left_out]
        lines += generation(self.session.options) if self.session.options.uses_network else self._without_meaning()
        creations = self.session.creations
        if creations is not None and creations.is_shared:
            lines.append(f"vidconform: creations are written down in {creations.path}")
        lines += notices_at_start(creations, self.session.options.resume, self._addresses)
        return [printable(line) for line in lines]

    @property
    def _addresses(self) -> set[tuple[str, str]]:
        return {
            (c.id, provider_run.base_url) for provider_run in self.session.provider_runs for c in provider_run.contracts
        }

    def _without_meaning(self) -> list[str]:
        options = self.session.options
        given = {
            "--task-id": options.task_ids, "--provider-url": options.provider_url,
            "--resume": options.resume, "--settle": options.settle,
        }  # fmt: skip
        named = " and ".join(option for option, value in given.items() if value)
        return [f"vidconform: {named} without --live changes nothing: replies are replayed"] if named else []

    def _header(self, provider_run: ProviderRun) -> list[str]:
        name, source = provider_run.provider.name, provider_run.store.source
        if isinstance(source, RecordedSource):
            return [f"vidconform: {name}: recorded, {origin(source, provider_run.contracts)}"]
        if isinstance(source, KeptSource):
            return [f"vidconform: {name}: judged again, {kept_origin(source, provider_run.contracts)}; nothing is sent"]
        doing = "recording" if self.session.options.records else "live"
        warnings = [f"vidconform: {name}: warning: {warning}" for warning in provider_run.warnings]
        told = f"vidconform: {name}: {doing}, {provider_run.base_url}, {self._spending(provider_run)}"
        return [told, *(recorded_into(provider_run) if self.session.options.records else []), *warnings]

    def _spending(self, provider_run: ProviderRun) -> str:
        paid = any(probe.cost == "paid" for contract in provider_run.contracts for probe in probes_of(contract))
        most = self.session.options.max_creations
        limit = "" if self.session.options.max_cost is None else f" and {self.session.options.max_cost:g} USD"
        return (
            f"at most {pluralise(most, 'paid creation')}{limit} in this run" if paid and most else "nothing is created"
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take a verdict as it falls."""
        row = getattr(report, "vidconform", None)
        if row is not None and report.when == "call":
            self._take(row)

    def _take(self, row: dict[str, Any]) -> None:
        """Keep a verdict once; a test that is run again is judged again on the same evidence."""
        if report.question(row) not in self.taken:
            self.taken.add(report.question(row))
            self.rows.append(row)
            self.results.verdict(row)

    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Show an error of ours as an error."""
        row = getattr(report, "vidconform", None)
        errored = row is not None and report.when == "call" and row["outcome"] == Outcome.ERRORED
        return ("error", "E", "ERROR") if errored else None

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Expect a worker to tell what it did."""
        self.silent.add(node.gateway.id)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over what a worker knew; a worker that says nothing has crashed."""
        told = getattr(node, "workeroutput", {}).get(FACTS)
        if told is None:
            return
        self.silent.discard(node.gateway.id)
        for provider, cost in told["cost"].items():
            total = self.facts["cost"].setdefault(provider, {"requests": 0, "creations": 0})
            self.facts["cost"][provider] = {key: total[key] + cost[key] for key in total}
        for name in ("incomplete", "answered", "remedies", "foreign"):
            self.facts[name] += told[name]

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Write the report after all others, also when one of them fails to write a file of its own."""
        try:
            return (yield)
        finally:
            self._finish(session)

    def _finish(self, session: pytest.Session) -> None:
        """Decide whether a run without a failure is whole."""
        if not self.config.pluginmanager.has_plugin("dsession"):
            self.facts = facts(self.session)
        elif self.silent:
            # What the others tell is not what the run cost.
            self.facts["cost"] = {}
            self.facts["incomplete"].append("a worker ended without telling what it did and what it cost")
        if session.exitstatus == pytest.ExitCode.OK and self.results.were_due and not self.rows:
            self.facts["incomplete"].append(_NOTHING_JUDGED)
        if session.exitstatus == pytest.ExitCode.OK and (self._required or self._fails_a_client):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        # What a law cannot decide is in no probe's way, and so in none of the sentences.
        undecided = any(row["outcome"] == Outcome.INCONCLUSIVE for row in self.rows)
        incomplete = undecided or self.facts["incomplete"] or self.session.guard.refused
        if session.exitstatus == pytest.ExitCode.OK and incomplete:
            session.exitstatus = INCOMPLETE
        if self.results.writer is not None:
            self._write(session, self.results.writer)

    def _write(self, session: pytest.Session, writer: report.ResultsWriter) -> None:
        """End the results and write what stands beside them; what would hold a key is not written, and told."""
        for row in self.facts["foreign"]:
            self.results.verdict(row)
        for row in self.session.client_rows:
            writer.verdict(row)
        answered, remedies = sorted(set(self.facts["answered"])), self.facts["remedies"]
        writer.end(self.facts["cost"], int(session.exitstatus), answered, remedies)
        # Late, because a run without --report has no use for what writes pages.
        from vidconform.report.pages import write_beside

        guard = self.session.guard
        self.written = write_beside(writer.folder, os.environ.get("GITHUB_STEP_SUMMARY"), guard)
        self.facts["incomplete"] += guard.refused
        if session.exitstatus == pytest.ExitCode.OK and guard.refused:
            session.exitstatus = INCOMPLETE

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> Generator[None, None, None]:
        """Say the verdict right behind the dots, then what fails the run in full; pytest's own sections follow."""
        self.hidden.hide(terminalreporter.stats)
        parts = ["\n".join(part).strip("\n") for part in self._summary()]
        if any(parts):
            terminalreporter.write_sep("=", "vidconform")
            terminalreporter.write_line(printable("\n\n".join(filter(None, parts))))
        yield

    def _summary(self) -> list[list[str]]:
        """Return the verdicts with what made the run incomplete, the faults, what did not fail, and the numbers."""
        prices = {one.provider.name: one.provider.creation_price for one in self.session.provider_runs}
        is_told = self.rows or self.results.were_due
        first = report.headlines(self.rows, prices, self.facts["cost"], self._required) if is_told else []
        first += report.of_documents(self.rows)
        first += [f"incomplete: {sentence}" for sentence in dict.fromkeys(self.facts["incomplete"])]
        first += notices_at_end(self.session.creations, self._addresses) if self.session.options.uses_network else []
        faults = report.failures([*self.rows, *self._required])
        rest = [*report.mentions(self.rows), *report.undecided(self.rows), *self._entries()]
        return [first, faults, rest, report.against_others(self.facts["foreign"]), self._numbers()]

    def _numbers(self) -> list[str]:
        lines = [*report.table(self.rows), *report.origins(self.rows)] if self.rows else []
        return [*lines, *report.sent(self.facts["cost"]), *([self.written] if self.written else [])]

    @property
    def _required(self) -> list[dict[str, Any]]:
        """What fails by a contract of --require."""
        return [row for row in self.facts["foreign"] if row["failing"]]

    @property
    def _fails_a_client(self) -> bool:
        """Whether what --sdk found is to fail the run; it has a section of its own."""
        options, found = self.session.options, self.session.client_rows
        return CLIENT_LEDGER in options.require and any(Label(row["reading"]).fails(options.fail_on) for row in found)

    def _entries(self) -> list[str]:
        new = [row for row in self.rows if row["failing"] and row["outcome"] == "unmet"]
        return describe_entries(self.session.options.write_deviations, new, self.session.contracts, self.session.guard)
