"""What a check asks for, held against the registry of probes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from vidconform.contracts import OPERATION_ROLES, Contract
from vidconform.errors import DataFileProblem
from vidconform.laws import SUBJECT_KINDS, Binding, Law, kind_of
from vidconform.probes import PROBES, Probe, probes_of
from vidconform.verdicts import Case


def probes_for(case: Case, asking: Contract | None = None) -> list[str]:
    """Return the names of the probes that a case needs and its contract has, in the order in which it names them.

    `asking` is the contract whose probes they are, where that is another one. A request that costs when it is not
    refused is sent only for a requirement that names it.
    """
    return list(_asked(asking or case.contract, case.needs))


# Asked for each case of each run that is judged; cases of a contract need few different things.
@lru_cache(1024)
def _asked(contract: Contract, needs: tuple[str, ...]) -> tuple[str, ...]:
    applicable = probes_of(contract)
    found = (p for wanted in needs for p in applicable if wanted == p.name or (wanted == p.kind and not _costs(p)))
    return tuple(dict.fromkeys(probe.name for probe in found))


def optional_probes_for(case: Case, asking: Contract | None = None) -> list[str]:
    """Return the names of the probes that a case looks at where other cases need them."""
    return list(_looked_at(asking or case.contract, case.needs, case.optional_probes))


@lru_cache(1024)
def _looked_at(contract: Contract, needs: tuple[str, ...], optional_probes: tuple[str, ...]) -> tuple[str, ...]:
    applicable = probes_of(contract)
    named = [p.name for wanted in optional_probes for p in applicable if wanted in (p.name, p.kind)]
    costly = [p.name for p in applicable if p.kind in needs and _costs(p)]
    return tuple(dict.fromkeys([*named, *costly]))


def _costs(probe: Probe) -> bool:
    return probe.refusal is not None and probe.cost == "paid"


def check_law(law: Law) -> None:
    """Raise DataFileProblem for a law that looks at what nobody knows, with the names that are valid."""
    problem = next(_problems(law), None)
    if problem is not None:
        raise DataFileProblem(Path(inspect.getfile(law)), f"{law.__name__}: {problem}")


def _problems(law: Law) -> Iterator[str]:
    parameter = next(iter(inspect.signature(law).parameters), "")
    if parameter not in SUBJECT_KINDS:
        yield f"unknown parameter {parameter!r}; the valid ones are {', '.join(SUBJECT_KINDS)}"
        return
    for binding in law.bound.values():
        missing = (part for part in kind_of(law).asks if not getattr(binding, part))
        wrong = (f"says no {part}, and a law on {parameter} needs it" for part in missing)
        yield from (f"@requires({binding.requirement!r}) {what}" for what in (*_unknown(binding), *wrong))


def _unknown(binding: Binding) -> Iterator[str]:
    """Yield what is wrong with the names in a binding."""
    kinds = {probe.kind for probe in PROBES.values()}
    for name in (*binding.probes, *binding.elsewhere):
        if name not in PROBES and name not in kinds:
            yield f"has the unknown probe {name!r}; the valid ones are {', '.join(PROBES)}"
    if binding.role and binding.role not in OPERATION_ROLES:
        yield f"has the unknown role {binding.role!r}; the valid ones are {', '.join(OPERATION_ROLES)}"
