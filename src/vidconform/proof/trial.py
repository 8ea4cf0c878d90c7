"""One trial: one emulator, faultless, with a vice or no vendor at all, judged on every requirement of the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from vidconform.contracts import Contract, Provider, find_provider, load_contracts
from vidconform.emulator import OTHER_KEY, ReplyContext, Running, running
from vidconform.emulator.vices import find_vice
from vidconform.laws import kind_of, rows_of
from vidconform.proof.kept_forms import EVIDENCE, RequirementKey, Reread, reread
from vidconform.run import RunOptions, Session, all_laws, prepare, schema_of
from vidconform.verdicts import Case, Label

FAULTLESS, NULL_VENDOR, WALL = "faultless", "null vendor", "wall"

_POLL_TIMEOUT = 30.0
# Enough to see that a task goes on, for each task of a vice that never ends one.
_SHORT_POLL_TIMEOUT = 0.3
_AT_ONCE = 0.1
# Generated requests an operation: enough to be refused, and enough to find a fault.
_FUZZ, _MUCH_FUZZ = 25, 60

BROKEN = (Label.FAILS, Label.DEVIATES, Label.NOT_OFFERED, Label.ERRORED)
"""What a requirement reads that a vice breaks, the worst first."""


@dataclass(frozen=True)
class Trial:
    """How each requirement reads; `gaps` are the sentences of an incomplete run.

    `reread` are those that read otherwise on what is kept of it.
    """

    provider: str
    name: str
    labels: dict[RequirementKey, Label]
    gaps: tuple[str, ...] = field(default=())
    reread: tuple[Reread, ...] = field(default=())

    @property
    def broken_rows(self) -> set[RequirementKey]:
        """The requirements that are not kept, or that we could not judge for a fault of our own."""
        return {row for row, label in self.labels.items() if label in BROKEN}

    @property
    def kept(self) -> set[RequirementKey]:
        """The requirements that are kept."""
        return {row for row, label in self.labels.items() if label is Label.CONFORMS}


def run_trial(provider: str, name: str, forms: Sequence[str] = (EVIDENCE,)) -> Trial:
    """Serve an emulator by the name of a vice, or of what stands in for one, and judge it on everything.

    Judged again is what some `forms` keep of it.
    """
    vice = None if name in _STAND_INS else find_vice(provider, name)
    fuzz = _FUZZ if vice is None else _MUCH_FUZZ if vice.generated else 0
    with _served(provider, name) as emulator:
        return judged(provider, name, emulator, stalls=vice is not None and vice.stalls, fuzz=fuzz, forms=forms)


def judged(
    provider: str, name: str, emulator: Running, *, stalls: bool = False, fuzz: int = 0, forms: Sequence[str] = ()
) -> Trial:
    """Judge a running emulator on everything; one that stalls is given little patience.

    Generated requests show most faults once more, so that they are sent only where one of them is the point.
    """
    with closing(_session(provider, emulator, stalls, fuzz)) as session:
        contracts = [_hurried(contract) if stalls else contract for contract in session.contracts]
        cases = [case for contract in contracts for case in service_cases(contract, generated=fuzz > 0)]
        for case in cases:
            session.want(case)
        labels = {(case.contract.id, case.requirement.id): session.judge(case).label for case in cases}
        told = tuple(session.why_incomplete())
        return Trial(provider, name, labels, told, reread(session, cases, labels, _load, *forms))


def _hurried(contract: Contract) -> Contract:
    """Return a contract whose tasks end at once where it says when they end: nobody waits for hours."""
    hurried = [replace(one, ends_within=one.ends_within and _AT_ONCE) for one in contract.operations]
    return replace(contract, operations=tuple(hurried))


def service_cases(contract: Contract, *, generated: bool = True) -> Iterator[Case]:
    """Yield a case for each bound requirement of a contract that is judged on the service."""
    laws = [law for law in all_laws() if generated or not kind_of(law).is_generated]
    decided = {row: law for law in laws for row in rows_of(law, contract)}
    for requirement in contract.requirements.values():
        check = schema_of(contract, requirement.id) or decided.get(requirement.id)
        if check is not None and requirement.subject != "document":
            yield Case(contract, requirement, "service", check)


@contextmanager
def _served(provider: str, name: str) -> Iterator[Running]:
    chosen: dict[str, Any] = {"change": _STAND_INS[name]} if name in _STAND_INS else {"vice": name}
    with running(provider, environ={}, **chosen) as emulator:
        yield emulator


def _session(provider: str, emulator: Running, stalls: bool, fuzz: int) -> Session:
    options = RunOptions(
        providers=[provider],
        live=True,
        provider_url=emulator.url,
        task_ids=[f"{contract}={id}" for contract, ids in emulator.task_ids.items() for id in ids],
        poll_interval=0.05 if stalls else 0.0,
        poll_timeout=_SHORT_POLL_TIMEOUT if stalls else _POLL_TIMEOUT,
        # The creation, the remix, and one that is accepted by mistake for each part of a request.
        max_creations=6,
        fuzz=fuzz,
    )
    keys = {variable: f"sk-{variable.lower()}" for variable in emulator.server_state.provider.variables}
    keys[find_provider(provider).other_key_variable] = f"{OTHER_KEY}-account"
    return prepare(options, keys, load=_load, pays=False)


def _load(provider: Provider) -> list[Contract]:
    return _loaded(str(provider.folder))


@cache
def _loaded(folder: str) -> list[Contract]:
    """Return the contracts of a provider, which are the same in each of its trials."""
    return load_contracts(find_provider(folder))


def _say_nothing(reply: ReplyContext) -> None:
    reply.say({})


def _refuse(reply: ReplyContext) -> None:
    # The very words of the one documented refusal: a wall that looks like a vendor.
    reply.refuse(404, "video not found", "video_not_found")


_STAND_INS = {FAULTLESS: None, NULL_VENDOR: _say_nothing, WALL: _refuse}
