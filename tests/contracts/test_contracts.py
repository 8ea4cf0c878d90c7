"""The contracts: every statement is bound once, every binding has a statement, and the files agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support.bodies import CONTRACTS
from tests.support.trials import made_up
from tests.support.weakened import wrongly_bound
from vidconform.contracts.contract import Contract
from vidconform.contracts.provider import Provider, find_provider, known_providers
from vidconform.laws.law import EACH_REFUSAL
from vidconform.laws.subject_builders import kind_of
from vidconform.locations import data_folder
from vidconform.probes.refusals import REFUSALS
from vidconform.probes.registry import PROBES
from vidconform.run.bindings import all_laws

PROVIDERS = [find_provider(name) for name in known_providers()]
FEWEST_ROWS = 40

each_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
each_provider = pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)


def test_each_folder_with_a_ledger_is_a_contract_of_the_provider_above_it() -> None:
    ledgers = data_folder("specs").glob("*/*/requirements.toml")
    assert [contract.id for contract in CONTRACTS] == sorted("/".join(file.parts[-3:-1]) for file in ledgers)
    assert len({contract.provider.name for contract in CONTRACTS}) == len(PROVIDERS)


@each_contract
def test_a_document_has_many_statements(contract: Contract) -> None:
    assert len(contract.requirements) >= FEWEST_ROWS


@each_contract
def test_every_row_is_bound_once_or_says_why_not(contract: Contract) -> None:
    assert wrongly_bound(contract) == {}


@each_contract
def test_every_binding_of_a_schema_has_a_row(contract: Contract) -> None:
    bound = {name for schema in contract.schemas.values() for name in schema.bound}
    assert bound
    assert bound <= set(contract.requirements)


# What a document beyond these may state of another operation than theirs do, and the rows that have their own data.
OF_OTHERS = {"content-needs-no-key", "retrieve-needs-no-key", EACH_REFUSAL}
EVERY = [*CONTRACTS, *made_up().contracts]


def test_every_binding_of_a_law_has_a_row() -> None:
    rows = {name for contract in EVERY for name in contract.requirements}
    bound = {name for law in all_laws() for name in law.requirements}
    assert bound
    assert bound - rows == OF_OTHERS


def test_every_refusal_has_a_row_in_a_contract_with_its_operation() -> None:
    without = [refusal.name for refusal in REFUSALS if not any(map(PROBES[refusal.name].applies_to, EVERY))]
    assert without == []
    rows = {name for contract in EVERY for name in contract.requirements}
    assert {refusal.case.requirement for refusal in REFUSALS} - rows == {""}


def test_the_law_about_a_refusal_looks_at_the_probe_that_is_sent_for_it() -> None:
    needed = {name: kind_of(law).needs(binding) for law in all_laws() for name, binding in law.bound.items()}
    sent = {refusal.case.requirement: refusal.name for refusal in REFUSALS if refusal.case.requirement}
    assert sent
    assert {name: needed[name][0] for name in sent} == sent


@each_contract
def test_a_row_about_the_document_is_bound_to_what_can_judge_a_document(contract: Contract) -> None:
    about = {name for name, row in contract.requirements.items() if row.subject == "document" and not row.untestable}
    laws = [law for law in all_laws() if about & set(law.requirements)]
    in_schemas = {name for schema in contract.schemas.values() for name in schema.bound}
    assert about <= {name for law in laws for name in law.requirements} | in_schemas
    assert all(kind_of(law).of_document for law in laws)


@each_contract
def test_a_statement_is_one_plain_sentence(contract: Contract) -> None:
    for row in contract.requirements.values():
        for sentence in (row.statement, row.reading, row.untestable):
            assert sentence is None or (sentence == sentence.strip() and sentence.endswith(".")), row.id


@pytest.mark.sampled(5)
@each_contract
def test_the_openapi_document_is_valid(contract: Contract) -> None:
    path = contract.folder / "openapi.yaml"
    errors = OpenAPIV31SpecValidator(openapi(contract), base_uri=path.resolve().as_uri()).iter_errors()
    assert [error.message for error in errors] == []


@each_contract
def test_the_server_is_the_providers(contract: Contract) -> None:
    assert [server["url"] for server in openapi(contract)["servers"]] == [contract.provider.base_url]


@each_contract
def test_the_openapi_document_carries_no_requirement(contract: Contract) -> None:
    assert "x-requirement" not in (contract.folder / "openapi.yaml").read_text("utf-8")


@each_contract
def test_the_key_of_the_operations_is_the_providers(contract: Contract) -> None:
    variables = {scheme.variable for operation in contract.operations for scheme in operation.schemes}
    assert contract.provider.key_variable in variables


@each_contract
def test_every_status_word_is_in_one_phase(contract: Contract) -> None:
    defined = contract.task.source["$defs"]
    words = [word for phase in ("waiting", "running", "succeeded", "failed", "cancelled", "unknown")
             for word in defined.get(phase, {}).get("enum", [])]  # fmt: skip
    assert words == contract.words
    assert len(words) == len(set(words))


@each_provider
def test_the_unknown_id_of_a_space_has_its_shape(provider: Provider) -> None:
    assert provider.id_spaces
    for space in provider.id_spaces.values():
        assert re.fullmatch(space.pattern.removeprefix("^").removesuffix("$"), space.unknown)


@each_contract
def test_no_task_of_an_example_has_the_unknown_id(contract: Contract) -> None:
    shown = set(texts([openapi(contract), contract.published]))
    unknown = {space.unknown for space in contract.provider.id_spaces.values()}
    assert unknown & shown == set()


# The frozen specification of OpenAI is known by its shapes alone, without payloads.
@pytest.mark.parametrize(
    "contract", [c for c in CONTRACTS if c.id != "openai/videos"], ids=lambda contract: contract.id
)
def test_the_unknown_id_is_of_the_space_of_the_contracts_own_ids(contract: Contract) -> None:
    spaces = contract.provider.id_spaces
    ids = [value for value in texts(openapi(contract)) if any(re.search(spaces[n].pattern, value) for n in spaces)]
    own = [n for n in contract.id_space_names if contract.unknown_id == spaces[n].unknown]
    assert any(re.search(spaces[own[0]].pattern, value) for value in ids)


def openapi(contract: Contract) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((contract.folder / "openapi.yaml").read_text("utf-8"))
    return document


def texts(value: Any) -> Iterator[str]:
    """Yield every text of a structure."""
    if isinstance(value, str):
        yield value
    for member in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(member)
