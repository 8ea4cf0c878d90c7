"""The checks of one provider in their order: what costs nothing first, and nothing that is paid at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from vidconform.contracts import Contract, proxy_passwords
from vidconform.doctor.configuration import Configured, check_configuration, configure
from vidconform.doctor.connectivity import check_connectivity
from vidconform.doctor.diagnosis import CheckResult, Diagnosis, problem, unchecked
from vidconform.doctor.exit_codes import ExitCode
from vidconform.doctor.recordings import check_recordings
from vidconform.doctor.service_checks import ServiceChecks
from vidconform.errors import UsageProblem
from vidconform.ledger import Budget
from vidconform.probes import ProbeSettings
from vidconform.redaction import Redactor
from vidconform.run import RunOptions
from vidconform.transport import LiveTransport, is_loopback

_CONNECTIVITY = ("dns", "connection", "tls")
_SERVICE = ("clock", "key", "models", "task ids")


def diagnose(
    contracts: Sequence[Contract],
    options: RunOptions,
    environ: Mapping[str, str],
    task_ids: Mapping[str, Sequence[str]],
) -> Diagnosis:
    """Return what stands in the way of a live run of a provider's contracts; `task_ids` are by contract name.

    A check that makes no sense after an earlier one says so. No secret is in any sentence.
    """
    provider, budget = contracts[0].provider, Budget(0)
    recordings = check_recordings(contracts, datetime.now(UTC))
    try:
        configured = configure(contracts, options, environ, task_ids)
    except UsageProblem as fault:
        wrong = problem("configuration", ExitCode.CONFIGURATION, f"{fault}.")
        later = [unchecked(check, "the configuration comes first.") for check in (*_CONNECTIVITY, *_SERVICE)]
        return Diagnosis(provider.name, (wrong, *later, recordings), has_models=provider.models is not None)
    redactor = Redactor([*configured.keys.values(), *proxy_passwords(environ).values()])
    found = [check_configuration(configured), *_asked(configured, redactor, budget), recordings]
    cost = budget.cost(provider.name)
    shown, has_models = tuple(_shown(one, redactor) for one in found), provider.models is not None
    return Diagnosis(provider.name, shown, cost.requests, cost.creations, has_models)


def _shown(finding: CheckResult, redactor: Redactor) -> CheckResult:
    """Return a finding that may be printed: no secret in it, and nothing that paints a terminal."""
    sentence = redactor.text(finding.sentence)
    return replace(finding, sentence="".join(c if c.isprintable() else " " for c in sentence))


def _asked(configured: Configured, redactor: Redactor, budget: Budget) -> Iterator[CheckResult]:
    connectivity = check_connectivity(configured.base_url, configured.timeouts.connect)
    yield from connectivity
    if any(finding.is_problem for finding in connectivity):
        yield from (unchecked(check, "the service is not reached.") for check in _SERVICE)
        return
    provider, address = configured.provider, configured.base_url
    cost = budget.cost(provider.name)

    def count() -> None:
        cost.requests += 1

    setting = ProbeSettings(address, provider.pace, configured.keys, redactor, budget)
    pause = 0.0 if is_loopback(address) else 1 / provider.pace.requests_per_second
    # Who says "later" is told of, not waited for.
    transport = LiveTransport(0.0, count, pause, configured.timeouts, provider.name, redactor.text)
    try:
        yield from ServiceChecks(configured.contracts, configured.task_ids, setting, transport).findings()
    finally:
        transport.close()
