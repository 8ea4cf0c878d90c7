"""Bodies for the tests of schemas and laws: what the documents show, what the recordings hold, and changes of both."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from math import isclose
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from vidconform.contracts.contract import Contract
from vidconform.contracts.customary_words import customary_phases
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider, known_providers
from vidconform.contracts.schemas import Schema
from vidconform.laws.gathered_replies import LIFECYCLE_PROBES, Gathered, task_replies
from vidconform.probes.registry import probes_of
from vidconform.run.bindings import all_laws
from vidconform.run.cases import law_cases, schema_cases
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.store.documented_examples import documented_evidence
from vidconform.verdicts.case import Case

DROPPED = object()
Path = tuple[str | int, ...]

CONTRACTS = [contract for name in known_providers() for contract in load_contracts(find_provider(name))]
SCHEMAS = [(contract, schema) for contract in CONTRACTS for schema in contract.schemas.values()]


@cache
def recorded() -> Session:
    """Return a run over the cassettes of every provider with documents of its own: they keep them."""
    return prepare(RunOptions(providers=known_providers()), {})


def gathered(session: Session, contract: Contract) -> Gathered:
    """Return the recorded evidence of a contract by probe."""
    store = next(served.store for served in session.provider_runs if served.provider.name == contract.provider.name)
    return {probe.name: store.evidence(contract, probe.name) for probe in probes_of(contract)}


def documented(contract: Contract, schema: Schema) -> list[Any]:
    """Return the example payloads that a document gives for a schema."""
    answers = [answer for operation in contract.operations for answer in operation.answers.values()]
    shown = [value for answer in answers if answer.schema == schema.path.name for value in answer.examples.values()]
    return shown + [o.request_example for o in contract.operations if o.request_schema == schema.path.name]


def conforming(session: Session, contract: Contract) -> list[Any]:
    """Return one recorded task object of each status, of those that the schema of the task is about."""
    evidence = gathered(session, contract)
    readings = task_replies(contract, {name: evidence[name] for name in LIFECYCLE_PROBES if name in evidence})
    whole = {answer.schema for o in contract.operations for answer in o.answers.values()} & {"task.schema.json"}
    bodies = [reading.body for reading in readings if not whole or reading.documented_schema == "task.schema.json"]
    return by_status(contract, bodies)


def by_status(contract: Contract, bodies: list[Any]) -> list[Any]:
    """Return one body of each status."""
    place = contract.task.fields["status"]
    return list({place.read(body): body for body in bodies}.values())


def second_validator(schema: Schema) -> Draft202012Validator:
    """Return jsonschema's validator for a schema as judged, with a reading of its own of sums."""
    validator: Draft202012Validator = _SECOND(schema.merged)
    return validator


def _properties(validator: Any, properties: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    yield from Draft202012Validator.VALIDATORS["properties"](validator, properties, instance, schema)
    for name, member in properties.items() if isinstance(instance, dict) else ():
        terms = [instance.get(term) if isinstance(term, str) else term for term in member.get("x-sum", ())]
        numbers = [one for one in (instance.get(name), *terms) if type(one) in (int, float)]
        if terms and len(numbers) == len(terms) + 1 and not isclose(numbers[0], sum(numbers[1:])):
            yield ValidationError("", validator="x-sum", path=[name], schema_path=[name, "x-sum"], schema=member)


_SECOND = extend(Draft202012Validator, {"properties": _properties})  # type: ignore[no-untyped-call]


def words() -> list[str]:
    """Return every status word that a document or a vendor uses."""
    customary = {word for small in customary_phases() for word in (small, small.upper())}
    return sorted({str(word) for contract in CONTRACTS for word in contract.words} | customary)


def places(body: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every member and item inside a body."""
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def declared(schema: Schema) -> set[tuple[str, ...]]:
    """Return the path of every member that a schema names outside of lists."""
    return set(_declared(schema.merged, schema.merged, (), frozenset()))


def _declared(root: Any, node: Any, path: tuple[str, ...], within: frozenset[str]) -> Iterator[tuple[str, ...]]:
    if not isinstance(node, dict):
        return
    for name, member in node.get("properties", {}).items():
        yield (*path, name)
        yield from _declared(root, member, (*path, name), within)
    ref = str(node.get("$ref", "")).removeprefix("#/$defs/")
    beside = [*node.get("allOf", ()), *node.get("anyOf", ()), *(node.get(key) for key in ("if", "then", "else", "not"))]
    for part in beside:
        yield from _declared(root, part, path, within)
    if ref and ref not in within:
        yield from _declared(root, root["$defs"][ref], path, within | {ref})


def changed(body: Any, path: Path, value: Any) -> Any:
    """Return a copy of a body with one place set to a value, with the objects on the way to it, or dropped."""
    if not path:
        return copy.deepcopy(value)
    changed = copy.deepcopy(body)
    node = changed
    for key in path[:-1]:
        if isinstance(node, dict) and not isinstance(node.get(key), dict | list):
            node[str(key)] = {}
        node = node[key]
    if value is DROPPED:
        del node[path[-1]]
    else:
        node[path[-1]] = copy.deepcopy(value)
    return changed


def document_evidence(contract: Contract) -> Gathered:
    """Return the example payloads of a contract as evidence."""
    return {"document": documented_evidence(contract)}


def cases(session: Session) -> list[Case]:
    """Return every case of a run."""
    found = [*schema_cases(session), *(case for law in all_laws() for case in law_cases(session, law))]
    for case in found:
        session.want(case)
    return found
