"""From folders to contracts: read, and held to what their files must agree about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vidconform.contracts.bundling import bundled, of_another_contract
from vidconform.contracts.consistency import check_consistency, check_words
from vidconform.contracts.contract import Contract
from vidconform.contracts.data_files import check_format, read_json
from vidconform.contracts.merged_hedges import merge_hedges
from vidconform.contracts.openapi_document import load_openapi
from vidconform.contracts.provider import IdSpace, Provider, load_provider
from vidconform.contracts.references import DIALECT, FOR_EDITORS, check_schema_references
from vidconform.contracts.requirements import load_ledger
from vidconform.contracts.schema_places import without_booleans
from vidconform.contracts.schemas import Schema
from vidconform.errors import DataFileProblem


def load_contract(provider: Provider, name: str) -> Contract:
    """Return one contract of a provider; raises DataFileProblem."""
    folder = (provider.home or provider.folder) / name
    edition, requirements = load_ledger(folder / "requirements.toml")
    operations, body_status = load_openapi(folder / "openapi.yaml", _own_variables(provider))
    contract = Contract(
        provider=provider,
        name=name,
        edition=edition,
        requirements=requirements,
        operations=operations,
        schemas={path.name: load_schema(path, provider.id_spaces) for path in _schema_files(folder)},
        body_status=body_status,
    )
    check_consistency(contract)
    if not provider.is_own:
        # Our tests hold our own to them.
        check_words(contract)
    return contract


def _own_variables(provider: Provider) -> dict[str, str]:
    """Return the variable of a provider's key by that of the provider whose contract it is held to."""
    if provider.held_to is None or provider.home is None:
        return {}
    return {load_provider(provider.home).key_variable: provider.key_variable}


def load_contracts(provider: Provider) -> list[Contract]:
    """Return the contracts of a provider by name; raises DataFileProblem."""
    found = [load_contract(provider, name) for name in provider.contract_names]
    keyed = [operation for contract in found for operation in contract.operations if not operation.keyless]
    if keyed and not provider.names_a_key:
        why = f"key is missing, and {keyed[0].method} {keyed[0].path} asks for a credential"
        raise DataFileProblem(provider.folder / "provider.toml", why)
    return found


def load_schema(path: Path, spaces: dict[str, IdSpace]) -> Schema:
    """Return a schema file with what it refers to; raises DataFileProblem."""
    try:
        own = _in_its_dialect(read_json(path))
        other = of_another_contract(path, own)
        source, brought, files = bundled(other or path, own if other is None else _in_its_dialect(read_json(other)))
        check_schema_references(path, source)
        check_format(path, "body", source)
        source = without_booleans(source)
        shared = () if other is None else (other,)
        merged = merge_hedges(_lacking_in_no_object(source), spaces)
        return Schema(path, source, merged, brought if other is None else frozenset(), (*files, *shared))
    except KeyError as error:
        known = ", ".join(spaces)
        raise DataFileProblem(path, f"x-id-space {error} is not in provider.toml; it has {known}") from error
    except (AttributeError, TypeError) as error:
        raise DataFileProblem(path, f"no JSON Schema: {error}") from error


def _lacking_in_no_object(source: dict[str, Any]) -> dict[str, Any]:
    """Return a schema by which a body that is no object lacks each required member, where no row says that it is one.

    JSON Schema asks objects alone for their members, so that a list would keep every such promise.
    """
    typed = [node for node in (source, *source.get("allOf", [])) if "type" in node]
    is_stated = any("x-requirement" in node or node["type"] != "object" for node in typed)
    if is_stated or "allOf" not in source:
        return source
    own = [{"type": "object", **node} if "required" in node else node for node in source["allOf"]]
    return {**source, "allOf": own}


def _in_its_dialect(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its dialect where an editor is told of our own description of it."""
    for_editors = str(schema.get("$schema", "")).endswith(f"/{FOR_EDITORS}")
    return {**schema, "$schema": DIALECT} if for_editors else schema


def _schema_files(folder: Path) -> list[Path]:
    return sorted({folder / "task.schema.json", *folder.glob("*.schema.json")})
