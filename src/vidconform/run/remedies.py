"""What the owner of a key has to mend before a contract is judged, and which variable holds it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from vidconform.contracts import Contract
from vidconform.exchange import Evidence, Exchange, Gap, Reply
from vidconform.probes import kind_of_probe
from vidconform.run.provider_run import ProviderRun
from vidconform.store import Store
from vidconform.transport import FailureKind, classify

# What a refusal says of a model, whatever it calls it.
_OF_A_MODEL = re.compile(
    rb"model_(?:not|access)|(?:no such|invalid|unknown|unsupported)[ _]model|access to (?:the )?model", re.IGNORECASE
)
_PAGE = "text/html"
# RFC 9110 sections 15.5.5 and 15.5.6.
_NO_ROUTE = frozenset((404, 405))
_REFUSED = (400, 401, 403, 404, 422)


@dataclass(frozen=True)
class Remedy:
    """What was found and what to do about it: `cause` is credit, model, key, address or task.

    `option` is what to do at a command line, `advice` what to do where `variable` is set.
    """

    contract: str
    cause: str
    variable: str
    fact: str
    option: str
    advice: str

    def as_dict(self) -> dict[str, str]:
        """Return the remedy as the end of results.jsonl has it."""
        named = {"contract": self.contract, "cause": self.cause, "variable": self.variable}
        return {**named, "sentence": f"{self.advice} ({self.fact})"}


def describe_remedies(provider_runs: Iterable[ProviderRun], redacted: Callable[[str], str]) -> list[dict[str, str]]:
    """Return what the owners of the keys of a run have to mend, as the end of its results has it."""
    found = [one for run in provider_runs for contract in run.contracts for one in _of_contract(run.store, contract)]
    return [{name: redacted(text) for name, text in one.as_dict().items()} for one in found]


def _of_contract(store: Store, contract: Contract) -> list[Remedy]:
    """Return what the service itself asks its customer to mend, or else what a run without any success lacks."""
    kept = [evidence for (owner, _), evidence in store.kept.items() if owner == contract.id]
    told = [_of_outage(contract, gap) for evidence in kept for gap in evidence.gaps]
    causes = {remedy.cause: remedy for remedy in reversed(told) if remedy is not None}
    lack = None if causes else lack_of_success(store, contract)
    return [*causes.values()] if lack is None else [lack]


def _of_outage(contract: Contract, gap: Gap) -> Remedy | None:
    kind = None if gap.exchange is None else classify(gap.exchange.request, gap.exchange.reply).outage
    variable = contract.provider.key_variable
    if kind is FailureKind.QUOTA:
        advice = f"add to the credit of the account of {variable}, or put the key of another account there"
        return Remedy(contract.id, "credit", variable, gap.sentence, advice, advice)
    return _of_model(contract, gap.sentence) if kind is FailureKind.MODEL else None


def _of_model(contract: Contract, fact: str) -> Remedy:
    variable = contract.provider.key_variable
    advice = f"have {_model(contract) or 'it'} enabled for the key in {variable}, or put a key there that has it"
    return Remedy(contract.id, "model", variable, fact, advice, advice)


def lack_of_success(store: Store, contract: Contract) -> Remedy | None:
    """Return what to mend where the selected tests could have seen a documented success of a contract and saw none."""
    wanted = [probe for owner, probe in store.wanted if owner == contract.id and kind_of_probe(probe) == "life"]
    gathered = [store.kept[contract.id, probe] for probe in wanted if (contract.id, probe) in store.kept]
    exchanges = [exchange for evidence in gathered for exchange in evidence.exchanges]
    # Where requests were sent and not one was answered no task id would mend it.
    is_down = any(one.is_cut for one in store.kept.values()) and not any(one.exchanges for one in store.kept.values())
    # A run that was interrupted knows nothing of the probes that it was in, or never came to.
    if len(gathered) < len(wanted) or not gathered or is_down or _is_told(gathered, exchanges):
        return None
    return _what_would(contract, exchanges)


def _is_told(gathered: Iterable[Evidence], exchanges: Iterable[Exchange]) -> bool:
    """Whether there was a success, or what cut a probe, which no task id would mend; a page is no API's success."""
    replies = [exchange.reply for exchange in exchanges]
    return any(one.is_cut for one in gathered) or any(one.is_success and one.media_type != _PAGE for one in replies)


def _what_would(contract: Contract, exchanges: Sequence[Exchange]) -> Remedy:
    replies = [exchange.reply for exchange in exchanges]
    codes = sorted({reply.status for reply in replies})
    told = f", only the status code{'s' if codes[1:] else ''} {', '.join(map(str, codes))}" if codes else ""
    fact = f"not one documented success was seen{told}"
    elsewhere = _elsewhere(replies)
    if elsewhere:
        return _of_address(contract, f"{fact}; it redirects to {elsewhere}, where no key is sent")
    if any(_refuses_model(contract, exchange) for exchange in exchanges):
        return _of_model(contract, f"{fact}; the model of the documented creation, {_model(contract)}, is refused")
    is_a_page = bool(replies) and all(reply.media_type == _PAGE for reply in replies)
    if is_a_page or (_NO_ROUTE.issuperset(codes) and any(exchange.role == "create" for exchange in exchanges)):
        return _of_no_api(contract, f"{fact}{', each time a page of HTML' if is_a_page else ''}")
    if set(codes) == {401} and all(contract.is_sent_without_key(exchange.role) for exchange in exchanges):
        return _of_no_security(contract, fact)
    return _of_key_or_task(contract, fact, is_key=bool(codes) and set(codes) <= {401, 403})


def _elsewhere(replies: Iterable[Reply]) -> str:
    # A creation follows no redirect.
    found = sorted({reply.elsewhere for reply in replies if not 300 <= reply.status < 400})
    return found[0] if found and all(found) else ""


def _of_address(contract: Contract, fact: str) -> Remedy:
    variable = contract.provider.base_url_variable
    option, advice = (f"{how} if it is its own" for how in ("pass that as --provider-url", f"set {variable} to that"))
    return Remedy(contract.id, "address", variable, fact, option, advice)


def _of_no_api(contract: Contract, fact: str) -> Remedy:
    variable = contract.provider.base_url_variable
    option, advice = (f"look whether the address{named} is that of the API" for named in ("", f" in {variable}"))
    return Remedy(contract.id, "address", variable, fact, option, advice)


def _of_no_security(contract: Contract, fact: str) -> Remedy:
    advice = "name its security in openapi.yaml, without which no key is sent"
    return Remedy(contract.id, "key", contract.provider.key_variable, fact, advice, advice)


def _of_key_or_task(contract: Contract, fact: str, *, is_key: bool) -> Remedy:
    key, tasks = contract.provider.key_variable, contract.provider.tasks_variable
    if is_key:
        told = "a key{} that the service accepts"
        return Remedy(
            contract.id, "key", key, fact, f"pass {told.format(f' in {key}')}", f"set {key} to {told.format('')}"
        )
    task = f"of a task that the key in {key} can read"
    option, advice = f"pass --task-id={contract.name}=ID {task}", f"put {contract.name}=ID into {tasks}, {task[3:]}"
    return Remedy(contract.id, "task", tasks, fact, option, advice)


def _refuses_model(contract: Contract, exchange: Exchange) -> bool:
    """Whether the documented creation is refused for its model, as far as the refusal says so."""
    model, reply = _model(contract), exchange.reply
    if not model or exchange.role != "create" or reply.status not in _REFUSED:
        return False
    return _OF_A_MODEL.search(reply.body) is not None or (b"model" in reply.body and model.encode() in reply.body)


def _model(contract: Contract) -> str:
    """Return the model that the document's creation asks for, where it has one."""
    model = contract.shown_in_creation("model")
    return model if isinstance(model, str) else ""
