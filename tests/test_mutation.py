"""Every assertion and every binding counts: without it some test fails."""

from __future__ import annotations

import pytest
from bodies import CONTRACTS, recorded
from trials import LAWS, breaks, each_law
from weakened import Assertion, assertions_of, without, without_a_requirement, wrongly_bound

from vidconform.contracts import Contract
from vidconform.laws import Law
from vidconform.session import Session

ASSERTIONS = [(law, assertion) for law in LAWS for assertion in assertions_of(law)]

each_contract = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)


@pytest.fixture(scope="module")
def session() -> Session:
    return recorded()


@each_law
def test_a_law_has_an_assertion(law: Law) -> None:
    assert assertions_of(law)


@pytest.mark.parametrize(("law", "assertion"), ASSERTIONS, ids=[f"{law.__name__}-{a}" for law, a in ASSERTIONS])
def test_without_one_assertion_some_counterexample_breaks_the_law_no_more(
    law: Law, assertion: Assertion, session: Session
) -> None:
    weaker = without(law, assertion)
    assert not all(breaks(law, session, change, weaker) for change in law.counterexamples), assertion.text


@each_contract
def test_without_one_x_requirement_its_row_is_bound_to_nothing(contract: Contract) -> None:
    removed = []
    for requirement, changed in without_a_requirement(contract):
        assert wrongly_bound(changed) == {requirement: []}
        removed.append(requirement)
    bound = [name for schema in contract.schemas.values() for name, places in schema.bound.items() for _ in places]
    assert sorted(removed) == sorted(bound)

