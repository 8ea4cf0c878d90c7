"""Why a run is incomplete, and what the user can pass to make it whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidconform.contracts import Contract
from vidconform.exchange import Evidence, Gap, Reply, own_task_failure
from vidconform.probes import kind_of_probe
from vidconform.store import Store


def describe_gaps(gathered: Iterable[Evidence]) -> list[str]:
    """Return what cut the probes of a run, and what was refused for its cost.

    What the number of creations has no place for was left out by choice, and is unseen like anything else.
    """
    words = {"inconclusive": "", "refused": "needs "}
    found = [(e.contract, gap) for e in gathered for gap in e.gaps if gap.kind in words and not _is_by_number(gap)]
    return [f"{contract}: {words[gap.kind]}{gap.sentence}" for contract, gap in found]


def _is_by_number(gap: Gap) -> bool:
    return gap.kind == "refused" and "--max-cost" not in gap.sentence


def failed_tasks(store: Store, contract: Contract) -> list[str]:
    """Return how the run's own tasks of a contract came to no video."""
    kept = [store.kept[contract.id, probe] for probe in ("create", "remix") if (contract.id, probe) in store.kept]
    found = [own_task_failure(contract, evidence) for evidence in kept]
    return [f"{contract.id}: {sentence}" for sentence in found if sentence is not None]


def lack_of_success(store: Store, contract: Contract) -> list[str]:
    """Return what to pass where the selected tests could have seen a documented success of a contract and saw none."""
    wanted = [probe for owner, probe in store.wanted if owner == contract.id and kind_of_probe(probe) == "life"]
    gathered = [store.kept[contract.id, probe] for probe in wanted if (contract.id, probe) in store.kept]
    replies = [exchange.reply for evidence in gathered for exchange in evidence.exchanges]
    # What cut a probe is told already, and no task id would mend it.
    cut = any(evidence.is_cut for evidence in gathered)
    # A run that was interrupted knows nothing of the probes that it was in, or never came to.
    if len(gathered) < len(wanted) or cut or not gathered or any(reply.is_success for reply in replies):
        return []
    return [f"{contract.id}: not one documented success was seen{_what_would(contract, replies)}"]


def _what_would(contract: Contract, replies: Sequence[Reply]) -> str:
    codes, variable = sorted({reply.status for reply in replies}), contract.provider.key_variable
    told = f", only the status code{'s' if codes[1:] else ''} {', '.join(map(str, codes))}" if codes else ""
    # A creation follows no redirect.
    elsewhere = sorted({reply.elsewhere for reply in replies if not 300 <= reply.status < 400})
    if elsewhere and all(elsewhere):
        sentence = f"{told}; it redirects to {elsewhere[0]}, where no key is sent"
        return f"{sentence}; pass that as --provider-url if it is its own"
    if codes and set(codes) <= {401, 403}:
        return f"{told}; pass a key in {variable} that the service accepts"
    return f"{told}; pass --task-id={contract.name}=ID of a task that the key in {variable} can read"
