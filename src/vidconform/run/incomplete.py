"""Why a run is incomplete: what cut its probes, and what became of its own tasks."""

from __future__ import annotations

from collections.abc import Iterable

from vidconform.contracts import Contract
from vidconform.exchange import Evidence, Gap, own_task_failure, task_outcomes
from vidconform.run.remedies import lack_of_success
from vidconform.store import Store


def describe_gaps(gathered: Iterable[Evidence]) -> list[str]:
    """Return what cut the probes of a run, and what was refused for its cost.

    What the number of creations has no place for was left out by choice, and is unseen like anything else.
    """
    words = {"inconclusive": "", "refused": "needs "}
    found = [(e.contract, gap) for e in gathered for gap in e.gaps if gap.kind in words and not _is_by_number(gap)]
    return list(dict.fromkeys(f"{contract}: {words[gap.kind]}{gap.sentence}" for contract, gap in found))


def _is_by_number(gap: Gap) -> bool:
    return gap.kind == "refused" and "--max-cost" not in gap.sentence


def unserved_tasks(store: Store, contract: Contract) -> list[str]:
    """Return that no documented success of a contract was seen, or else which of the given tasks were not shown."""
    lack = lack_of_success(store, contract)
    return _refused_tasks(store, contract) if lack is None else [f"{lack.contract}: {lack.fact}; {lack.option}"]


def _refused_tasks(store: Store, contract: Contract) -> list[str]:
    """Return which tasks of --task-id the service has never shown: each had rows to judge that are now unseen."""
    observed = store.kept.get((contract.id, "observe"))
    if observed is None:
        return []
    shown = {exchange.task_id for exchange in observed.exchanges if exchange.reply.is_success}
    found = [(id, words) for id, words in task_outcomes(contract, observed).items() if id not in shown]
    return [f"{contract.id}: the task {id} of --task-id {words}; give one that the key can read" for id, words in found]


def failed_tasks(store: Store, contract: Contract) -> list[str]:
    """Return how the run's own tasks of a contract came to no video."""
    kept = [store.kept[contract.id, probe] for probe in ("create", "remix") if (contract.id, probe) in store.kept]
    found = [own_task_failure(contract, evidence) for evidence in kept]
    return [f"{contract.id}: {sentence}" for sentence in found if sentence is not None]
