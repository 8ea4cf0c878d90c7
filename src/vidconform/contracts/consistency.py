"""What the files of a contract must agree about before anything can be judged by them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from vidconform.contracts.contract import Contract
from vidconform.contracts.keywords import CREATING_ROLES, FILTERS, WITHOUT_ID
from vidconform.contracts.operations import Operation
from vidconform.contracts.schemas import PHASES, Schema
from vidconform.contracts.shared_routes import undecided_rows
from vidconform.contracts.unseen_words import unseen_words
from vidconform.errors import DataFileProblem


def check_consistency(contract: Contract) -> None:
    """Raise DataFileProblem for the first thing in openapi.yaml that would make a probe ask for something else."""
    told = (sentence for operation in contract.operations for sentence in _problems(contract, operation))
    problem = next(chain(told, _unjudged_schemas(contract), _compared_with_itself(contract)), None)
    if problem is not None:
        raise DataFileProblem(contract.folder / "openapi.yaml", problem)


def check_words(contract: Contract) -> None:
    """Raise DataFileProblem for a word in a schema that means nothing where it stands, and for one of no phase."""
    for schema in contract.schemas.values():
        problem = next(chain(unseen_words(schema.source), _words_of_no_phase(contract, schema)), None)
        if problem is not None:
            raise DataFileProblem(schema.path, problem)


def _words_of_no_phase(contract: Contract, schema: Schema) -> Iterator[str]:
    """Yield the status words of which nothing says whether a task has ended: a run would wait for its end in vain."""
    for word in schema.documented_words:
        if not contract.task.conditions and contract.phase(word, schema) is None:
            place = "/".join(("", *map(str, schema.fields["status"].path)))
            yield (
                f"{place}: the word {word!r} stands in no phase, so that nothing tells whether a task has ended; "
                f"name it in $defs, in the `enum` of one of {', '.join(PHASES)}"
            )


def _problems(contract: Contract, operation: Operation) -> Iterator[str]:
    named = f"{operation.method} {operation.path}"
    if operation.polls and contract.field("polling-url", "create") is None:
        yield f"{named}: no reply of a creation has a member with `x-role: polling-url`, so that no address is known"
    if operation.id_parameter is None and operation.role not in WITHOUT_ID and not operation.polls:
        yield f"{named}: no parameter has `x-role: id`, so that no task can be asked for"
    unnamed_values = (role for role in FILTERS if role != "id" and role in operation.options)
    for role in (role for role in unnamed_values if not operation.options[role].values):
        yield f"{named}: a list is asked by {role} for the values that `enum` names, and there is none"
    unnamed = [[scheme.name for scheme in choice if not scheme.variable] for choice in operation.choices]
    if unnamed and all(unnamed):
        names = ", ".join(dict.fromkeys(name for choice in unnamed for name in choice))
        yield f"{named}: no x-variable at the security scheme {names} names the environment variable of its credential"
    for file in _referred(operation):
        if file not in contract.schemas:
            yield f"{named}: $ref {file!r} is no file beside it; there are {', '.join(contract.schemas)}"
    yield from (f"{named}: {told}" for told in undecided_rows(operation, contract.requirements))
    stated = [("x-refusals", case.requirement) for case in operation.refusals]
    for key, row in [*stated, *(("x-pace", row) for row in operation.paces)]:
        if row not in contract.requirements:
            yield f"{named}: {key}.{row} has no row in requirements.toml"
    yield from (f"{named}: x-refusals.{told}" for told in _problems_of_refusals(contract, operation))
    yield from _missing_examples(operation, named)


def _problems_of_refusals(contract: Contract, operation: Operation) -> Iterator[str]:
    """Yield the stated refusals that nobody could keep, or that a row of a law asks in the same way."""
    routes = {(one.path, one.method) for one in contract.operations}
    for case in operation.refusals:
        if (operation.path, case.method) in routes:
            yield f"{case.requirement}.method: the document has {case.method} at this path"
        if (case.role, case.method) == ("retrieve", "PUT") and "wrong-method-is-refused" in contract.requirements:
            yield f"{case.requirement}.method: wrong-method-is-refused asks with PUT as well; say PATCH"
        # Without another change the request would be a good one, and paid.
        shown = operation.request_example if isinstance(operation.request_example, dict) else {}
        for member in (member for member in case.without if member not in shown):
            has = ", ".join(shown) or "nothing"
            yield f"{case.requirement}.without: the documented body has no {member!r}, but {has}"
        told = filter(case.answers, range(400, 600))
        has_place = any(contract.field("error-code", operation.role, status) for status in told)
        if case.code is not None and not has_place and case.code not in contract.task.documented_words:
            stated = f"{case.requirement}: the code {case.code!r} stands nowhere"
            yield f"{stated}: no schema of its responses has a member with `x-role: error-code`"


def _missing_examples(operation: Operation, named: str) -> Iterator[str]:
    """Yield the parameters and bodies that a request needs and that have no example to send."""
    parameters = [("query", name, value) for name, value in operation.query.items()]
    segments = {name: operation.segments.get(name) for name in re.findall(r"\{([^{}]+)\}", operation.path)}
    told = (operation.id_parameter, operation.polls and operation.options["polling-url"].name)
    parameters += [("path", name, value) for name, value in segments.items() if name not in told]
    parameters += [("header", name, value) for name, value in operation.headers.items()]
    for place, name, value in parameters:
        if value is None:
            yield f"{named}: the required {place} parameter {name!r} has no example, so that no request can be made"
    if operation.role not in CREATING_ROLES or (operation.role == "remix" and not operation.media_types):
        return
    if not isinstance(operation.request_example, dict):
        at = f"requestBody.content.{operation.body_type}"
        found = f"; the body has {', '.join(operation.media_types)}" if operation.media_types else ""
        yield f"{named}: {at} shows no object that can be sent{found}: give it an `example`"


def _unjudged_schemas(contract: Contract) -> Iterator[str]:
    """Yield the schemas that no reply is judged by although rows stand in them."""
    answers = [answer for operation in contract.operations for answer in operation.answers.values()]
    shown = {file for answer in answers for file in (answer.schema, *answer.schemas.values()) if file is not None}
    told = {row for name in shown if name in contract.schemas for row in contract.schemas[name].told}
    for name, schema in contract.schemas.items():
        if name not in shown and not told.issuperset(schema.bound):
            rows = ", ".join(row for row in list(schema.bound)[:3] if row not in told)
            yield f"no response has `$ref: {name}`, so that its rows ({rows}) would never be judged"


def _compared_with_itself(contract: Contract) -> Iterator[str]:
    """Yield the row of a refusal's code where that code is what tells the status code."""
    row, body_status = "refusal-repeats-its-status-code", contract.body_status
    places = [
        schema.fields["status-code"].pointer for schema in contract.schemas.values() if "status-code" in schema.fields
    ]
    if row in contract.requirements and body_status is not None and body_status.place in places:
        yield f"x-status-in-body: {body_status.place} tells the status code of a refusal, so that {row} cannot fail"


def _referred(operation: Operation) -> list[str]:
    answers = [file for answer in operation.answers.values() for file in answer.schemas.values()]
    return [file for file in (operation.request_schema, *answers) if file is not None]
