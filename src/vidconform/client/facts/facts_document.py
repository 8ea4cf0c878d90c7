"""The facts of a provider as one object (format vidconform/facts@1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vidconform import __version__
from vidconform.client.facts import what_was_seen
from vidconform.client.facts.fact_book import FactBook, Json
from vidconform.client.facts.judged_evidence import Judged
from vidconform.client.facts.operation_facts import operation_facts
from vidconform.client.facts.word_facts import several_meanings, several_vocabularies
from vidconform.contracts import OPERATION_ROLES, Contract, objects_in

FORMAT = "vidconform/facts@1"


def facts_document(contracts: Sequence[Contract], judged: Judged) -> Json:
    """Return what an adapter needs to know of each contract of a provider."""
    provider = contracts[0].provider
    return {
        "format": FORMAT,
        "version": __version__,
        "provider": provider.name,
        "title": provider.title,
        "base_url": provider.base_url,
        "gone": provider.gone,
        "evidence": judged.source,
        "contracts": [_contract_facts(judged.book(contract)) for contract in contracts],
        "words_with_two_meanings": several_meanings(contracts),
        "routes_with_two_vocabularies": several_vocabularies(contracts),
    }


def _contract_facts(book: FactBook) -> Json:
    contract = book.contract
    offered = [operation.role for operation in contract.operations]
    facts = {
        "operations": [operation_facts(book, operation) for operation in contract.operations],
        "not_documented": {role: _not_offered(book, role) for role in OPERATION_ROLES if role not in offered},
        "result_address": _result_address(book),
        "id_shapes": _id_shapes(contract, book),
    }
    statements = {row: book.statement(row) for row in dict.fromkeys(_named(facts))}
    return {"contract": contract.id, "edition": contract.edition.as_dict(), **facts, "statements": statements}


def _not_offered(book: FactBook, role: str) -> Json:
    """Return the fact that no route is documented for a role, with what is said of it nevertheless."""
    return book.fact(None, "", book.rows.of_operation(role, "routes", role))


def _named(node: Any) -> Iterator[str]:
    """Yield the requirements that facts refer to."""
    for told in objects_in(node):
        yield from told["requirements"] if "requirements" in told and "evidence" in told else ()


def _result_address(book: FactBook) -> Json:
    """Return whether the address of a result needs the key: what replies showed, for no document's data say so."""
    views = [view for view in book.views if view.exchange.role == "result"]
    rows = book.rows.of_field(book.contract.task, "result")
    return book.fact(None, "", rows, what_was_seen.credentials(views, None))


def _id_shapes(contract: Contract, book: FactBook) -> Json:
    spaces = contract.provider.id_spaces
    patterns = [spaces[name].pattern for name in contract.id_space_names if name in spaces]
    rows = [
        row for row in book.rows.of_field(contract.task, "id") if contract.requirements[row].concern == "identifiers"
    ]
    return book.fact(patterns or None, "../provider.toml ids", rows)
