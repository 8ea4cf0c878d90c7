"""Opens the creations.jsonl of a run, and counts what earlier runs lost there against its limit."""

from __future__ import annotations

from pathlib import Path

from vidconform.errors import BadOption
from vidconform.ledger import CreationsFile, check_room, state_folder
from vidconform.redaction import Guard
from vidconform.run.options import RunOptions
from vidconform.run.provider_run import ProviderRun
from vidconform.store import PlannedCreations

_WITHOUT_REPORT = ", for what is paid for is written down there without --report=DIR"


def prepare_creations(options: RunOptions, served: list[ProviderRun], guard: Guard) -> CreationsFile | None:
    """Return what writes creations down, known to every provider; raises DataFileProblem, BadOption.

    What earlier runs lost holds a place in the limit of this one.
    """
    if not (options.uses_network or options.plan):
        return None
    folder = options.report or state_folder()
    kind = PlannedCreations if options.plan else CreationsFile
    if options.report is None and options.max_creations and not options.plan:
        check_room("XDG_STATE_HOME", folder, _WITHOUT_REPORT)
    creations = kind(folder, options.resume, guard, is_shared=options.report is None)
    if options.max_creations and not options.plan:
        _check(creations, options)
    addresses = {(contract.id, one.base_url) for one in served for contract in one.contracts}
    if options.settle is not None:
        creations.settle(options.settle, addresses)
    for one in served:
        one.store.source.setting.creations = creations
    lost = creations.losses(addresses)
    served[0].store.source.setting.budget.earlier += [(c.contract.partition("/")[0], c.told) for c in lost]
    return creations


def _check(creations: CreationsFile, options: RunOptions) -> None:
    """Raise BadOption where no creation could be written down, before anything is sent."""
    try:
        creations.check()
    except OSError as error:
        option = "--report" if options.report is not None else "XDG_STATE_HOME"
        expected = f"a folder whose {Path(error.filename or creations.path).name} can be written to ({error.strerror})"
        raise BadOption(option, str(creations.path.parent), expected) from error
