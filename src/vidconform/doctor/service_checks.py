"""The checks that ask the service itself, with as few requests as there are things to know; none is ever paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vidconform.contracts import Contract, Operation
from vidconform.doctor.answer_checks import check_clock, check_difference, check_key, check_models, check_task
from vidconform.doctor.diagnosis import CheckResult, unchecked
from vidconform.doctor.exit_codes import ExitCode
from vidconform.doctor.service_answers import Answer, Asked
from vidconform.probes import ProbeContext, ProbeSettings
from vidconform.transport import NotSent, ProbeFailure, Transport


@dataclass
class ServiceChecks:
    """The checks of one provider's service; no request is sent twice."""

    contracts: Sequence[Contract]
    task_ids: Mapping[str, Sequence[str]]
    setting: ProbeSettings
    transport: Transport
    asked: list[Asked] = field(default_factory=list)

    def findings(self) -> Iterator[CheckResult]:
        """Ask and yield clock, key, models and task ids; after a problem with the key nothing more is asked."""
        keys = list(self._keys())
        clock, later = check_clock([one.answer for one in self.asked]), list(self._later(keys))
        # Last, for a wrong key may be what a service blocks the next requests for.
        looked_at = list(map(self._looked_at, self.contracts, keys))
        yield from (clock, *looked_at, *later)

    def _later(self, keys: Sequence[CheckResult]) -> Iterator[CheckResult]:
        served = [contract for contract, key in zip(self.contracts, keys, strict=True) if not key.is_problem]
        if not served or any(map(_ends, keys)):
            yield from (unchecked(check, "no key was seen to be accepted.") for check in ("models", "task ids"))
            return
        yield self._models(served)
        yield from self._tasks(served)

    def _looked_at(self, contract: Contract, key: CheckResult) -> CheckResult:
        """Ask the same with a key that nobody has: who looks at no key, or at the id first, accepts nothing."""
        asked = next((one for one in self.asked if one.contract is contract), None)
        if asked is None or key.is_problem or not asked.operation.schemes:
            return key
        return check_difference(key, asked, self._send(contract, asked.operation, asked.task_id, "wrong"))

    def _keys(self) -> Iterator[CheckResult]:
        found: CheckResult | None = None
        for contract in self.contracts:
            if found is not None and _ends(found):
                yield unchecked("key", f"{contract.id}: not asked after that.")
                continue
            operation = contract.operation("retrieve")
            if operation is None or operation.polls:
                yield unchecked("key", f"{contract.id}: its document has no way to read a task, so nothing is free.")
                continue
            found = check_key(self._ask(contract, operation, next(iter(self._known(contract)), None)))
            yield found

    def _known(self, contract: Contract) -> Sequence[str]:
        return self.task_ids.get(contract.name, [])

    def _ask(self, contract: Contract, operation: Operation, known: str | None) -> Asked:
        task_id = contract.unknown_id if known is None else known
        answer = self._send(contract, operation, task_id)
        self.asked.append(Asked(contract, operation, task_id, known is not None, answer))
        return self.asked[-1]

    def _send(self, contract: Contract, operation: Operation, task_id: str | None, credential: str = "key") -> Answer:
        context = ProbeContext(contract, self.setting, self.transport, "doctor")
        try:
            return context.ask("doctor", operation, task_id, credential=credential)
        except (ProbeFailure, NotSent) as reason:
            return reason

    def _models(self, served: Sequence[Contract]) -> CheckResult:
        provider = self.contracts[0].provider
        if provider.models is None:
            return unchecked("models", f"{provider.title} documents no list of models.")
        wanted, asked = _documented_models(served), [one for one in self.asked if one.contract in served]
        if not wanted or not asked:
            return unchecked("models", "no documented creation names a model.")
        contract, like = asked[0].contract, asked[0].operation
        listing = replace(like, id="models", role="models", path=provider.models, id_parameter=None, id_in=None)
        return check_models(wanted, contract, self._send(contract, listing, None))

    def _tasks(self, served: Sequence[Contract]) -> Iterator[CheckResult]:
        for contract in served:
            ids, operation = self._known(contract), contract.operation("retrieve")
            if not ids or operation is None or operation.polls:
                yield unchecked("task ids", f"{contract.id}: {_unseen(contract)}")
                continue
            for task_id in ids:
                before = [a for a in self.asked if a.contract is contract and a.is_known and a.task_id == task_id]
                yield check_task(before[0] if before else self._ask(contract, operation, task_id))


def _ends(found: CheckResult) -> bool:
    """Whether a problem is one of the whole provider: where a contract is not served, another one may be."""
    return found.is_problem and found.exit is not ExitCode.NO_API


def _unseen(contract: Contract) -> str:
    if contract.operation("create") is None:
        return f"none given; without --task-id={contract.name}=ID of a task no reply of a task is seen at all."
    return f"none given; without --task-id={contract.name}=ID a run has to create a task to see one."


def _documented_models(contracts: Sequence[Contract]) -> list[str]:
    models = (contract.shown_in_creation("model") for contract in contracts)
    return list(dict.fromkeys(model for model in models if isinstance(model, str)))
