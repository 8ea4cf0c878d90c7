"""What the files of a contract must agree about before anything can be judged by them."""

from __future__ import annotations

from collections.abc import Iterator

from vidconform.contracts.contract import Contract
from vidconform.contracts.keywords import OPERATION_ROLES
from vidconform.contracts.operations import Operation
from vidconform.errors import DataFileProblem

# What is not about one task has no task's id.
_WITHOUT_ID = ("create", "list")


def check_consistency(contract: Contract) -> None:
    """Raise DataFileProblem for the first thing in openapi.yaml that would make a probe ask for something else."""
    problem = next((sentence for operation in contract.operations for sentence in _problems(contract, operation)), None)
    if problem is not None:
        raise DataFileProblem(contract.folder / "openapi.yaml", problem)


def check_words(contract: Contract) -> None:
    """Raise DataFileProblem for a key, a role or a unit in a schema that means nothing to us."""
    from vidconform.contracts.schema_lint import unknown_words

    for schema in contract.schemas.values():
        problem = next(unknown_words(schema.source), None)
        if problem is not None:
            raise DataFileProblem(schema.path, problem)


def _problems(contract: Contract, operation: Operation) -> Iterator[str]:
    named = f"{operation.method} {operation.path}"
    if operation.role not in OPERATION_ROLES:
        yield f"{named}: unknown x-role {operation.role!r}; the valid ones are {', '.join(OPERATION_ROLES)}"
    if operation.id_parameter is None and operation.role not in _WITHOUT_ID:
        yield f"{named}: no parameter has `x-role: id`, so that no task can be asked for"
    if operation.schemes and not any(scheme.variable for scheme in operation.schemes):
        names = ", ".join(scheme.name for scheme in operation.schemes)
        yield f"{named}: no x-variable at the security scheme {names} names the environment variable of its credential"
    for file in _referred(operation):
        if file not in contract.schemas:
            yield f"{named}: $ref {file!r} is no file beside it; there are {', '.join(contract.schemas)}"


def _referred(operation: Operation) -> list[str]:
    answers = [answer.schema for answer in operation.answers.values()]
    return [file for file in (operation.request_schema, *answers) if file is not None]
