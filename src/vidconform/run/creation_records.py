"""Opens the creations.jsonl of a run, and counts what earlier runs lost there against its limit."""

from __future__ import annotations

from vidconform.ledger import CreationsFile, check_room, state_folder
from vidconform.redaction import Guard
from vidconform.run.options import RunOptions
from vidconform.run.provider_run import ProviderRun
from vidconform.store import PlannedCreations


def prepare_creations(options: RunOptions, served: list[ProviderRun], guard: Guard) -> CreationsFile | None:
    """Return what writes creations down, known to every provider; raises DataFileProblem, BadOption.

    What earlier runs lost holds a place in the limit of this one.
    """
    if not (options.uses_network or options.plan):
        return None
    folder = options.report or state_folder()
    if options.report is None and options.max_creations and not options.plan:
        check_room("XDG_STATE_HOME", folder, ", for what is paid for is written down there without --report=DIR")
    kind = PlannedCreations if options.plan else CreationsFile
    creations = kind(folder, options.resume, guard)
    addresses = {(contract.id, one.base_url) for one in served for contract in one.contracts}
    if options.settle is not None:
        creations.settle(options.settle, addresses)
    for one in served:
        one.store.source.setting.creations = creations
    lost = creations.losses(addresses)
    served[0].store.source.setting.budget.earlier += [(c.contract.partition("/")[0], c.told) for c in lost]
    return creations
