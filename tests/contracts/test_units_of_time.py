"""The time of a creation that a contract gives a unit is held to it: one in another unit falls by some row."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from vidconform.contracts.contract import Contract
from vidconform.contracts.error_ownership import findings
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider, provider_names
from vidconform.contracts.schemas import Schema

OTHER = {"seconds": 1795973108000, "milliseconds": 1795973108}


def timed() -> Iterator[Any]:
    """Return each schema and example with a creation's time, and what it would be in the other unit."""
    for contract in (contract for name in provider_names(["all"]) for contract in load_contracts(find_provider(name))):
        for schema, example in shown(contract):
            place = schema.fields.get("created")
            if place is not None and place.unit in OTHER and isinstance(place.read(example), int):
                wrong = deepcopy(example)
                place.write(wrong, OTHER[place.unit])
                yield pytest.param(schema, wrong, id=f"{contract.id}-{schema.path.name}-{place.pointer}")


def shown(contract: Contract) -> Iterator[tuple[Schema, Any]]:
    answers = [answer for operation in contract.operations for answer in operation.answers.values()]
    for answer in (answer for answer in answers if answer.schema in contract.schemas):
        yield from ((contract.schemas[answer.schema or ""], example) for example in answer.examples.values())


@pytest.mark.parametrize(("schema", "wrong"), list(timed()))
def test_a_time_in_another_unit_breaks_a_row(schema: Schema, wrong: Any) -> None:
    place = schema.fields["created"]
    assert [one for one in findings(schema, wrong) if any(error.pointer == place.pointer for error in one.errors)]
