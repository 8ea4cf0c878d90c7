"""Which check decides which requirement: schema nodes, laws and generated probes, found and not declared."""

from __future__ import annotations

import importlib.util
import sys
from difflib import get_close_matches
from functools import cache
from types import ModuleType
from typing import Any

from vidconform.contracts import Contract, Provider, Schema, load_contracts
from vidconform.errors import DataFileProblem
from vidconform.laws import Law, rows_of
from vidconform.locations import data_folder
from vidconform.verdicts import name_of


def schema_of(contract: Contract, requirement: str) -> Schema | None:
    """Return the schema file that a requirement is bound in, or None."""
    return next((schema for schema in contract.schemas.values() if requirement in schema.bound), None)


def laws_in(module: ModuleType) -> list[Law]:
    """Return the laws of a module of suites/."""
    return [value for value in vars(module).values() if hasattr(value, "counterexamples")]


@cache
def all_laws() -> tuple[Law, ...]:
    """Return every law of suites/, in the order of its files."""
    files = sorted(data_folder("suites").glob("test_*.py"))
    return tuple(law for file in files for law in laws_in(_module(file.stem, file)))


def bindings(contract: Contract, requirement: str) -> list[str]:
    """Return what a requirement is bound to: `schema:<file>#<pointer>`, `law:` or `generated:<module>.<function>`."""
    bound = [
        f"schema:{name}#{pointer}"
        for name, schema in contract.schemas.items()
        for pointer in schema.bound.get(requirement, [])
    ]
    return bound + [name_of(law) for law in all_laws() if requirement in rows_of(law, contract)]


def check_bindings(contract: Contract) -> None:
    """Raise DataFileProblem for the first row that nothing decides although it does not say why."""
    for row in contract.requirements.values():
        if row.untestable is None and not bindings(contract, row.id):
            problem = f"{row.id!r} is bound to nothing: give a schema node `x-requirement: {row.id}`, "
            near = get_close_matches(row.id, {name for law in all_laws() for name in law.requirements})
            laws = f"take the name of a law ({', '.join(near)})" if near else "take the name of a law"
            hint = f'{laws}, or say `untestable = "why"`'
            raise DataFileProblem(contract.folder / "requirements.toml", problem + hint)


def load_checked(provider: Provider) -> list[Contract]:
    """Return the contracts of a provider, held to all that judging by them needs; raises DataFileProblem."""
    contracts = load_contracts(provider)
    for contract in contracts:
        check_contract(contract)
    return contracts


def check_contract(contract: Contract) -> None:
    """Raise DataFileProblem for what nothing could be judged by; our tests hold our own to their bindings."""
    for schema in contract.schemas.values():
        _check_schema(schema, contract)
    if not contract.provider.is_own:
        check_bindings(contract)


def _check_schema(schema: Schema, contract: Contract) -> None:
    """Raise DataFileProblem for a schema that no verdict could be read from."""
    unknown = sorted(set(schema.bound) - set(contract.requirements))
    if unknown:
        raise DataFileProblem(schema.path, f"x-requirement {unknown[0]!r} has no row in requirements.toml")
    try:
        # Both are worked out once and kept.
        _ = schema.validator, schema.fields, schema.conditions
    except (ValueError, KeyError) as error:
        raise DataFileProblem(schema.path, f"no JSON Schema: {str(error).splitlines()[0]}") from error


def describe(contract: Contract) -> list[dict[str, Any]]:
    """Return the ledger of a contract as `vidconform list --json` prints it."""
    return [
        {
            "provider": contract.provider.name,
            "contract": contract.id,
            "requirement": row.id,
            "level": row.level.value,
            "statement": row.statement,
            "source": row.place,
            "concern": row.concern,
            "bound": bindings(contract, row.id),
            "untestable": row.untestable,
            **({"refuted": dict(row.refuted)} if row.refuted else {}),
            "edition": contract.edition.as_dict(),
            "gone": contract.provider.gone,
        }
        for row in contract.requirements.values()
    ]


def _module(stem: str, file: Any) -> ModuleType:
    for package in ("suites", "vidconform.suites"):
        if f"{package}.{stem}" in sys.modules:
            return sys.modules[f"{package}.{stem}"]
    spec = importlib.util.spec_from_file_location(f"vidconform.suites.{stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
