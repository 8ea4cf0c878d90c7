"""What a check asks for, held against the registry of probes."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path

from vidconform.contracts import OPERATION_ROLES
from vidconform.errors import DataFileProblem
from vidconform.laws import KINDS, Binding, Law, kind_of
from vidconform.probes import PROBES, probes_of
from vidconform.verdicts import Case


def probes_for(case: Case) -> list[str]:
    """Return the names of the probes that a case needs and its contract has, in the order in which it names them."""
    return _probes(case, case.needs)


def witnesses_of(case: Case) -> list[str]:
    """Return the names of the probes that a case looks at where others need them."""
    return _probes(case, case.witnesses)


def _probes(case: Case, names: Iterable[str]) -> list[str]:
    applicable = probes_of(case.contract)
    return list(dict.fromkeys(p.name for wanted in names for p in applicable if wanted in (p.name, p.kind)))


def check_law(law: Law) -> None:
    """Raise DataFileProblem for a law that looks at what nobody knows, with the names that are valid."""
    problem = next(_problems(law), None)
    if problem is not None:
        raise DataFileProblem(Path(inspect.getfile(law)), f"{law.__name__}: {problem}")


def _problems(law: Law) -> Iterator[str]:
    parameter = next(iter(inspect.signature(law).parameters), "")
    if parameter not in KINDS:
        yield f"unknown parameter {parameter!r}; the valid ones are {', '.join(KINDS)}"
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
