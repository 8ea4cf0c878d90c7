"""Reading which vices a contract has, and what is unmet by each, from the `vices.toml` beside its requirements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from vidconform.contracts import read_toml
from vidconform.emulator.vices.member_faults import NAMED, Damage, left_out, on_member, put, word
from vidconform.emulator.vices.operators import OPERATORS
from vidconform.emulator.vices.triggers import TRIGGERS
from vidconform.emulator.vices.vice import Fault, Operator
from vidconform.errors import DataFileProblem

T = TypeVar("T")


def declared(contract: str, path: Path) -> list[Fault]:
    """Return the faults of a contract (`provider/name`) in the order of its file; raises DataFileProblem."""
    content = read_toml(path, "vices")
    rows = [(_chosen(path, "vice", name, OPERATORS), breaks) for name, breaks in content["vices"].items()]
    for place, faults in content["members"].items():
        rows.extend((_of_member(path, place, fault), fault["breaks"]) for fault in faults)
    _hold_to_single_names(path, [operator.name for operator, _ in rows])
    return [Fault(contract, frozenset(breaks), operator) for operator, breaks in rows]


def _of_member(path: Path, place: str, row: Mapping[str, Any]) -> Operator:
    return on_member(place, _damage(path, row), _chosen(path, "moment", row.get("when", "task-shown"), TRIGGERS))


def _damage(path: Path, row: Mapping[str, Any]) -> Damage:
    if "word" in row:
        return word(row["word"], row["becomes"], row.get("name"))
    if "put" in row:
        return put(row["name"], row["put"])
    return left_out(row["name"]) if "left-out" in row else _chosen(path, "damage", row["name"], NAMED)


def _chosen(path: Path, kind: str, name: str, known: Mapping[str, T]) -> T:
    if name not in known:
        raise DataFileProblem(path, f"there is no {kind} {name!r}; there are: {', '.join(known)}")
    return known[name]


def _hold_to_single_names(path: Path, names: list[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise DataFileProblem(path, f"the vice {twice[0]!r} stands twice")
