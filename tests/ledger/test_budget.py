"""--max-cost refuses a creation before it is sent, says so, and the run is not whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.processes import KEYS, Run, copy_of, judge_inside, live, validator
from vidconform.emulator.server import Running, running
from vidconform.ledger.accidents import Danger
from vidconform.ledger.budget import Budget
from vidconform.ledger.spending import OverBudget, Price
from vidconform.ledger.turns import Turns
from vidconform.transport.failures import NotSent, ProbeFailure
from vidconform.transport.run_clock import RunClock

pytest_plugins = ["pytester"]

PRICES = {"dear": Price(0.4, "dear/provider.toml"), "cheap": Price(0.1, ""), "secret": Price(None, "my/provider.toml")}


def test_three_creations_for_0_40_cost_1_20_exactly() -> None:
    budget = Budget(9, 1.2, PRICES)
    for _ in range(3):
        budget.reserve("dear")
    with pytest.raises(OverBudget, match=r"which would make 1\.6 USD in all and more than --max-cost=1\.2; pass"):
        budget.reserve("dear")
    assert budget.spent == 3
    budget.give_back("dear")
    budget.reserve("dear")


def test_all_providers_pay_from_one_purse() -> None:
    budget = Budget(9, 0.5, PRICES)
    budget.reserve("dear")
    budget.reserve("cheap")
    for provider in ("dear", "cheap"):
        with pytest.raises(OverBudget):
            budget.reserve(provider)
    assert {name: cost.creations for name, cost in budget.costs.items()} == {"dear": 1, "cheap": 1}


def test_a_creation_whose_price_nobody_knows_is_refused_only_when_cost_matters() -> None:
    Budget(1, None, PRICES).reserve("secret")
    with pytest.raises(OverBudget, match=r"in USD as `creation` under \[price\] in my/provider\.toml"):
        Budget(1, 100, PRICES).reserve("secret")


def test_a_creation_that_must_be_refused_counts_as_possible_spending() -> None:
    with pytest.raises(OverBudget):
        Budget(9, 0.3, PRICES).reserve_for_refusal("dear", Danger(1, "credential"))


def test_the_number_of_creations_is_no_matter_of_cost() -> None:
    with pytest.raises(NotSent, match="max-creations") as raised:
        Budget(0, 0, PRICES).reserve("dear")
    assert not isinstance(raised.value, OverBudget)


def refused(run: Run) -> dict[str, str]:
    """Return what each refused requirement of a run needs."""
    rows = [row for row in run.verdicts.values() if row["reading"] == "refused"]
    assert {row["outcome"] for row in rows} <= {"unseen"}
    return {row["requirement"]: row["expected"] for row in rows}


def spending(pytester: pytest.Pytester, emulator: Running, *words: str) -> Run:
    run = judge_inside(pytester, *live(emulator), *words, **KEYS)
    assert [error.message for line in run.lines for error in validator().iter_errors(line)] == []
    return run


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_creation_over_the_limit_is_refused_and_the_run_is_not_whole(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        run = spending(pytester, emulator, "--max-cost=0.5", "-rs")
        assert emulator.creations == 1
    assert (run.code, run.end["exit"]) == (6, 6), run.ran()
    sentence = (
        "a creation for 0.4 USD, which would make 0.8 USD in all and more than --max-cost=0.5; pass a larger amount"
    )
    assert refused(run)["remix-route"] == sentence
    assert "create-route" not in refused(run)
    assert f": refused: needs {sentence}\n" in run.out
    assert f"incomplete: octopusx/videos: needs {sentence}\n" in run.out
    assert "at most 2 paid creations and 0.5 USD in this run\n" in run.out
    assert "refused" in next(line for line in run.out.splitlines() if "conforms" in line)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_limit_below_one_creation_sends_no_request_that_could_be_paid(pytester: pytest.Pytester) -> None:
    methods = set()
    with running("octopusx", environ=KEYS, change=lambda reply: methods.add(reply.method)) as emulator:
        run = spending(pytester, emulator, "--max-cost=0.3")
    assert methods == {"GET", "PUT"}
    assert run.code == 6, run.ran()
    assert {"create-route", "create-without-model-is-refused", "create-without-key-is-refused"} <= set(refused(run))


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_limit_that_is_kept_leaves_the_run_whole(pytester: pytest.Pytester) -> None:
    with running("octopusx", environ=KEYS) as emulator:
        run = spending(pytester, emulator, "--max-cost=0.8")
        assert emulator.creations == 2
    assert run.code == 0, run.ran()
    # What is known to be accepted by many is asked only where there is a place left for it.
    assert {name.rpartition("-mistyped-")[0] for name in refused(run)} == {"create-with"}
    assert {said.rpartition("; ")[2] for said in refused(run).values()} == {"pass --max-creations=3"}


@pytest.mark.slow
@pytest.mark.exhaustive
def test_without_a_price_every_creation_is_refused_with_the_place_to_write_it(
    pytester: pytest.Pytester, tmp_path: Path
) -> None:
    provider = copy_of("octopusx", tmp_path)
    file = provider / "provider.toml"
    file.write_text(file.read_text("utf-8").replace("[price]\ncreation = 0.40\n", ""))
    with running("octopusx", environ=KEYS) as emulator:
        run = judge_inside(pytester, *live(emulator)[1:], f"--provider={provider}", "--max-cost=100", **KEYS)
        assert emulator.creations == 0
    assert run.code == 6, run.ran()
    assert f"write its price in USD as `creation` under [price] in {file}" in refused(run)["create-route"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_was_refused_is_refused_in_the_recording_as_well(pytester: pytest.Pytester, tmp_path: Path) -> None:
    provider = copy_of("octopusx", tmp_path, cassettes=False)
    with running("octopusx", environ=KEYS) as emulator:
        words = [word for word in live(emulator)[1:] if word != "--live"]
        recorded = judge_inside(
            pytester, f"--provider={provider}", *words, "--record-mode=rewrite", "--max-cost=0.5", **KEYS
        )
        before = refused(recorded)
    again = judge_inside(pytester, f"--provider={provider}", "--fuzz=0")
    assert (recorded.code, again.code) == (6, 6), again.ran()
    assert refused(again) == before != {}


# --- Several providers at the same time


def asked_at_once(most: int, seconds: float = 60.0, **paid: int) -> Budget:
    """Return the budget of providers that are asked at the same time, none of which waits for longer."""
    clocks = {name: RunClock(seconds) for name in paid}
    return Budget(most, turns=Turns(paid, {}, clocks))


def test_a_later_provider_waits_for_what_an_earlier_one_may_still_take() -> None:
    budget = asked_at_once(2, 0.2, first=2, second=1)
    budget.reserve("first")
    with pytest.raises(ProbeFailure, match=r"^not sent: --run-timeout=0\.2 is used up$"):
        budget.reserve("second")
    assert budget.cost("second").creations == 0


def test_it_gets_the_place_when_the_earlier_one_has_come_to_its_end() -> None:
    budget = asked_at_once(2, first=2, second=1)
    budget.reserve("first")
    budget.keep("first")
    budget.end("first")
    budget.reserve("second")
    assert budget.spent == 2


def test_it_gets_the_place_when_the_earlier_one_has_nothing_left_to_create() -> None:
    budget = asked_at_once(2, first=2, second=1)
    budget.reserve("first")
    budget.keep("first")
    budget.probed("first")
    budget.probed("first")
    budget.reserve("second")
    assert budget.spent == 2


def test_nobody_waits_where_the_limit_is_enough_for_all() -> None:
    budget = asked_at_once(3, first=2, second=1)
    budget.reserve("second")
    budget.reserve("first")
    budget.keep("first")
    budget.probed("first")
    budget.reserve("first")
    assert budget.spent == 3


@pytest.mark.parametrize("most", [0, 1])
def test_nobody_waits_for_a_place_that_is_gone_for_good(most: int) -> None:
    budget = asked_at_once(most, first=2, second=1)
    if most:
        budget.reserve("first")
        budget.keep("first")
    with pytest.raises(NotSent, match=f"more than --max-creations={most}"):
        budget.reserve("second")


def test_a_place_that_may_be_given_back_is_waited_for() -> None:
    budget = asked_at_once(1, 0.2, first=1, second=1)
    budget.reserve("first")
    with pytest.raises(ProbeFailure, match="is used up"):
        budget.reserve("second")
    budget.give_back("first")
    budget.probed("first")
    budget.reserve("second")
    assert budget.cost("second").creations == 1


def test_the_larger_limit_that_is_named_counts_what_earlier_providers_will_lack() -> None:
    clocks = {name: RunClock(60.0) for name in ("first", "second")}
    budget = Budget(0, turns=Turns({"first": 2, "second": 1}, {"first": 2, "second": 1}, clocks))
    with pytest.raises(NotSent, match="pass --max-creations=3"):
        budget.reserve("second")
