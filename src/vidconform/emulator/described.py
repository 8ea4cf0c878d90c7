"""A provider made from its folder: routes, credentials, tasks that exist from the start."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial

from vidconform.contracts import Contract, Operation, find_provider, known_providers, load_contracts
from vidconform.emulator.emulator_options import NoEmulator
from vidconform.emulator.error_bodies import error_body
from vidconform.emulator.lives import created_life, known_tasks
from vidconform.emulator.role_answers import ANSWERS
from vidconform.emulator.served_operation import ServedOperation
from vidconform.emulator.server_state import EmulatedOperation, EmulatedProvider
from vidconform.emulator.stated_refusals import as_stated
from vidconform.errors import UnknownProvider


@cache
def provider_named(name: str) -> EmulatedProvider:
    """Return the emulated provider of a name, or of a folder; raises NoEmulator, DataFileProblem."""
    try:
        provider = find_provider(name)
    except UnknownProvider:
        raise NoEmulator(name, tuple(known_providers())) from None
    contracts = load_contracts(provider)
    operations = [(contract, operation) for contract in contracts for operation in contract.operations]
    variables = [scheme.variable for _, operation in operations for scheme in operation.schemes if scheme.variable]
    served = [
        replace(_operation(contract, operation), method=method)
        for contract, operation in operations
        if operation.role in ANSWERS and not operation.polls and not operation.shares
        for method in operation.methods
    ]
    return EmulatedProvider(
        provider.name,
        (*served, *(polling for contract in contracts for polling in _polling(contract))),
        {contract.name: known_tasks(contract) for contract in contracts},
        tuple(dict.fromkeys(variables)) or (provider.key_variable,),
        {contract.name: contract for contract in contracts},
    )


def _operation(contract: Contract, operation: Operation) -> EmulatedOperation:
    served = ServedOperation(contract, operation, created_life(contract), _has_one_account(contract))
    return EmulatedOperation(
        contract=contract.name,
        role=operation.role,
        method=operation.method,
        path=_route(operation),
        handle=partial(as_stated, ANSWERS[operation.role], served),
        id_parameter=identifier(operation.id_parameter or "id"),
        id_place=operation.id_place,
        envelope=partial(error_body, contract, operation),
    )


def _route(operation: Operation) -> str:
    """Return the path of an operation as Starlette writes it: with identifiers alone as names."""
    spanning = operation.id_parameter if operation.id_spans else None

    def parameter(found: re.Match[str]) -> str:
        return f"{{{identifier(found[1])}{':path' if found[1] == spanning else ''}}}"

    return re.sub(r"\{([^{}]*)\}", parameter, operation.path)


def _polling(contract: Contract) -> Iterator[EmulatedOperation]:
    """Yield the address that the creations of a contract tell, if they do: it reads a task as its own route does."""
    read = contract.operation("retrieve")
    if read is not None and contract.field("polling-url", "create") is not None:
        path = f"/polling/{contract.name}/{{id}}"
        at = replace(read, method="GET", path=path, id_parameter="id", id_in="path", id_place=None)
        yield replace(_operation(contract, at), role="retrieve" if read.polls else "polling")


def identifier(name: str) -> str:
    """Return the name of a parameter as an identifier."""
    return re.sub(r"\W", "_", name)


def _has_one_account(contract: Contract) -> bool:
    """Whether several credentials open the same tasks: nothing in one of them tells which other belongs to it."""
    variables = {scheme.variable for operation in contract.operations for scheme in operation.schemes}
    return len(variables - {None}) > 1
