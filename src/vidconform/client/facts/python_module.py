"""The facts of a provider as a Python module of constants, which needs nothing of this project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from vidconform.client.facts.fact_book import Json
from vidconform.client.facts.python_literals import CallOf, assigned

_CLASSES = Path(__file__).with_name("constants.py.txt")
_TAKEN = ("BASE_URL", "CONTRACTS")


def python_module(document: Json) -> str:
    """Return the source of a typed module; what a document does not say is None."""
    classes = _CLASSES.read_text("utf-8")
    return "\n".join([*_head(document), classes.strip(), "", "", *_constants(document)])


def _head(document: Json) -> Iterator[str]:
    # The name of a folder may hold what ends a docstring.
    provider, *names = (re.sub(r"[^\w./-]", "_", name) for name in _names(document))
    yield f'"""What a client needs to know of {provider} ({", ".join(names)}); None is not documented.'
    yield ""
    yield f"Written by vidconform {document['version']}: vidconform facts {provider} --python"
    yield '"""'
    yield ""


def _names(document: Json) -> list[str]:
    return [document["provider"], *(one["contract"] for one in document["contracts"])]


def _constants(document: Json) -> Iterator[str]:
    yield assigned("BASE_URL: Final", document["base_url"])
    names: list[str] = []
    for facts in document["contracts"]:
        names.append(_constant(facts["contract"], {*names, *_TAKEN}))
        yield assigned(f"{names[-1]}: Final", _contract(facts))
    yield assigned("CONTRACTS: Final[tuple[Contract, ...]]", tuple(map(_Name, names)))


class _Name:
    """The name of a constant, which is its own literal."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


def _constant(contract: str, taken: set[str]) -> str:
    """Return a name for the constant of a contract that is not taken."""
    shown = re.sub("[^A-Z0-9_]", "_", contract.partition("/")[2].upper())
    name = shown if shown[:1].isalpha() else f"CONTRACT_{shown}"
    while name in taken:
        name += "_"
    return name


def _contract(facts: Json) -> CallOf:
    operations = tuple(_operation(one) for one in facts["operations"])
    return CallOf("Contract", {"name": facts["contract"], "operations": operations})


def _operation(facts: Json) -> CallOf:
    route = facts["route"]["value"]
    credentials = facts["credentials"]["value"] or {"needs_key": None, "choices": ()}
    choices = tuple(tuple(CallOf("Scheme", one) for one in choice) for choice in credentials["choices"])
    told = {name: facts[name]["value"] for name in ("carries", "options", "pace", "lag", "ends_within")}
    return CallOf("Operation", {
        "role": facts["role"], **route, "task_id": _task_id(facts["task_id"]["value"]),
        "needs_key": credentials["needs_key"], "credentials": choices,
        "request": _called("Request", facts["request"]["value"]), **told,
        "retry": facts["retry"]["value"], "replies": tuple(_reply(one) for one in facts["replies"]),
    })  # fmt: skip


def _task_id(value: Json | None) -> CallOf | None:
    # `in` is a word of Python.
    if value is None:
        return None
    return CallOf("TaskId", {"place": value["in"], "name": value["name"], "pointer": value["pointer"]})


def _called(name: str, value: Json | None) -> CallOf | None:
    return None if value is None else CallOf(name, value)


def _reply(facts: Json) -> CallOf:
    places = {role: _place(facts, role) for role, fact in facts["fields"].items() if fact["value"] is not None}
    phases = (facts["words"] or {"phases": {}})["phases"]
    words = {phase: CallOf("Words", fact["value"]) for phase, fact in phases.items() if fact["value"] is not None}
    sets = (facts["words"] or {"sets": []})["sets"]
    return CallOf("Reply", {
        "status": facts["status"], "media_types": facts["media_types"] or (), "texts": facts["texts"],
        "places": places, "words": words, "sets": sets,
    })  # fmt: skip


def _place(facts: Json, role: str) -> CallOf:
    value = facts["fields"][role]["value"]
    unit: Any = facts["units"][role]["value"] if role in facts["units"] else None
    return CallOf("Place", {**value, "unit": unit})
