"""Bodies for the tests of schemas and laws: what the documents show, what the recordings hold, and changes of both."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

from vidconform.contracts.contract import Contract
from vidconform.contracts.customary_words import customary_phases
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider, known_providers
from vidconform.contracts.schemas import Schema
from vidconform.laws.gathered_replies import LIVES, Gathered, task_replies
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


def recorded() -> Session:
    """Return a run over the cassettes of every provider."""
    return prepare(RunOptions(providers=["all"]), {})


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
    """Return one recorded task object of each status."""
    evidence = gathered(session, contract)
    readings = task_replies(contract, {name: evidence[name] for name in LIVES if name in evidence})
    bodies = [reading.body for reading in readings]
    return list({body["status"]: body for body in bodies}.values())


def second_validator(schema: Schema) -> Draft202012Validator:
    """Return jsonschema's validator for a schema as judged."""
    return Draft202012Validator(schema.merged)


def words() -> list[str]:
    """Return every status word that a document or a vendor uses."""
    customary = {word for small in customary_phases() for word in (small, small.upper())}
    return sorted({word for contract in CONTRACTS for word in contract.words} | customary)


def places(body: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every member and item inside a body."""
    inside = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in inside:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(body: Any, path: Path, value: Any) -> Any:
    """Return a copy of a body with one place set to a value, or dropped."""
    if not path:
        return copy.deepcopy(value)
    changed = copy.deepcopy(body)
    node = changed
    for key in path[:-1]:
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
