"""Every assertion and every binding counts: without it some test fails, and what mutants survive is listed and true."""

from __future__ import annotations

import pytest

from tests.mutation.survivors import ROOT, Survivor, kill_tests, parsed, problem, survivors
from tests.support.bodies import CONTRACTS, recorded
from tests.support.processes import PROVIDERS
from tests.support.trials import LAWS, breaks, each_law
from tests.support.weakened import Assertion, assertions_of, without, without_a_requirement, wrongly_bound
from vidconform.contracts.contract import Contract
from vidconform.laws.law import Law
from vidconform.run.session import Session

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


# A schema that refers to the task, as a list does, binds the task's rows once more.
ONCE = [c for c in CONTRACTS if c.operation("list") is None and c.provider.name in PROVIDERS]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("contract", ONCE, ids=lambda c: c.id)
def test_without_one_x_requirement_its_row_is_bound_to_nothing(contract: Contract) -> None:
    removed = []
    for requirement, changed in without_a_requirement(contract):
        assert wrongly_bound(changed) == {requirement: []}
        removed.append(requirement)
    bound = [name for schema in contract.schemas.values() for name, places in schema.bound.items() for _ in places]
    assert sorted(removed) == sorted(bound)


# --- The list of mutants that survive; `python -m tests.mutation.mutate` runs them

# What decides verdicts, or what a verdict says.
JUDGING = (
    "src/vidconform/contracts/error_ownership.py", "src/vidconform/contracts/merged_hedges.py",
    "src/vidconform/contracts/schemas.py",
    "src/vidconform/contracts/fields.py", "src/vidconform/contracts/sums.py",
    "src/vidconform/contracts/strict_json.py",
    "src/vidconform/run/bindings.py",
    *(f"src/vidconform/verdicts/{name}.py" for name in ("judging", "deviation_status", "verdict", "schema_walk")),
    "src/vidconform/verdicts/phrases.py",
)  # fmt: skip
# They list names, keep what was found, and hold a test for the schemas' nodes and no law.
WITHOUT_MUTANTS = ("src/vidconform/laws/__init__.py", "src/vidconform/laws/once_per_reply.py", "suites/test_schema.py")


def test_every_module_that_judges_is_mutated() -> None:
    laws = [*ROOT.glob("src/vidconform/laws/*.py"), *ROOT.glob("suites/test_*.py")]
    judging = {*JUDGING, *(file.relative_to(ROOT).as_posix() for file in laws)} - {*WITHOUT_MUTANTS}
    assert set(kill_tests()) == judging


def test_every_mutant_is_held_against_tests_that_exist() -> None:
    files = {argument for arguments in kill_tests().values() for argument in arguments if argument.endswith(".py")}
    assert [file for file in sorted(files) if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("survivor", survivors(), ids=lambda survivor: f"{survivor.function}-{survivor.after}"[:60])
def test_a_listed_survivor_still_applies_to_its_function(survivor: Survivor) -> None:
    assert problem(survivor, (ROOT / survivor.module).read_text("utf-8")) == ""


def test_no_survivor_is_listed_twice() -> None:
    assert len({survivor.key for survivor in survivors()}) == len(survivors())


ENTRY = {
    "module": "src/vidconform/contracts/strict_json.py", "function": "f.g", "before": "return 1", "after": "return 2",
    "reason": "Nobody looks.",
}  # fmt: skip
SOURCE = "def f():\n    def g():\n        return  1\n\ndef h():\n    return 1\n"


def test_an_entry_with_another_key_is_refused_with_the_valid_ones() -> None:
    for row in ({**ENTRY, "line": 7}, {"module": "x"}):
        with pytest.raises(ValueError, match="has the keys module, function, before, after, reason"):
            parsed([row])


@pytest.mark.parametrize(
    ("changed", "fragment"),
    [
        ({}, ""),
        ({"function": "h"}, ""),
        ({"function": "g"}, "stands 0 times in g"),
        ({"function": ""}, "stands 2 times in the module"),
        ({"before": "return 3"}, "stands 0 times in f.g"),
        ({"after": "return 1"}, "changes nothing"),
        ({"module": "src/vidconform/cli/commands.py"}, "is not mutated"),
        ({"reason": "nobody"}, "is a sentence"),
    ],
)
def test_an_entry_that_says_nothing_true_of_the_source_is_found(changed: dict[str, str], fragment: str) -> None:
    (survivor,) = parsed([ENTRY | changed])
    found = problem(survivor, SOURCE)
    assert fragment in found
    assert bool(found) == bool(fragment)
