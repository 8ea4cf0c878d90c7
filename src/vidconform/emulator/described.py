"""A provider made from its folder: routes, credentials, tasks that exist from the start."""

from __future__ import annotations

import re
from functools import cache, partial

from vidconform.contracts import Contract, Operation, find_provider, known_providers, load_contracts
from vidconform.emulator.emulator_options import NoEmulator
from vidconform.emulator.error_bodies import error_body
from vidconform.emulator.lives import created_life, known_tasks
from vidconform.emulator.role_answers import ANSWERS
from vidconform.emulator.served import Served
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
    return EmulatedProvider(
        provider.name,
        tuple(_operation(contract, operation) for contract, operation in operations if operation.role in ANSWERS),
        {contract.name: known_tasks(contract) for contract in contracts},
        tuple(dict.fromkeys(variables)) or (provider.key_variable,),
        {contract.name: contract for contract in contracts},
    )


def _operation(contract: Contract, operation: Operation) -> EmulatedOperation:
    served = Served(contract, operation, created_life(contract), _has_one_account(contract))
    return EmulatedOperation(
        contract=contract.name,
        role=operation.role,
        method=operation.method,
        # Starlette takes identifiers alone as names.
        path=re.sub(r"\{[^{}]*\}", lambda named: f"{{{identifier(named[0][1:-1])}}}", operation.path),
        handle=partial(as_stated, ANSWERS[operation.role], served),
        id_parameter=identifier(operation.id_parameter or "id"),
        envelope=partial(error_body, contract, operation),
    )


def identifier(name: str) -> str:
    """Return the name of a parameter as an identifier."""
    return re.sub(r"\W", "_", name)


def _has_one_account(contract: Contract) -> bool:
    """Whether several credentials open the same tasks: nothing in one of them tells which other belongs to it."""
    variables = {scheme.variable for operation in contract.operations for scheme in operation.schemes}
    return len(variables - {None}) > 1
