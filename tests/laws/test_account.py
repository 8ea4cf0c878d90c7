"""A credential of the run that has expired is not a promise that the vendor broke."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.support.bodies import cases
from vidconform.emulator.server import Running, running
from vidconform.probes.credentials import WRONG_KEY
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.verdicts.verdict import Outcome, Verdict

OTHER = {"OPEAI_OTHER_API_KEY": "vidconform-other-account"}


@pytest.fixture(scope="module")
def opeai() -> Iterator[Running]:
    with running("opeai") as emulator:
        yield emulator


def verdicts(emulator: Running, **keys: str) -> Mapping[str, Verdict]:
    """Return the verdicts of a live run with other keys than it should have."""
    variables = {"OPEAI_API_KEY": "a-key", "OPEAI_TOKEN": "a-token", "OPEAI_ADMIN_TOKEN": "an-admin", **OTHER, **keys}
    tasks = [f"{name}={ids[0]}" for name, ids in emulator.task_ids.items()]
    options = RunOptions(["opeai"], live=True, provider_url=emulator.url, task_ids=tasks, poll_interval=0, fuzz=4)
    session = prepare(options, variables)
    found = {case.requirement.id: session.judge(case) for case in cases(session) if case.subject == "service"}
    session.close()
    return found


def of(verdicts: Mapping[str, Verdict], outcome: Outcome) -> set[str]:
    return {name for name, verdict in verdicts.items() if verdict.outcome is outcome}


def test_with_every_credential_all_is_met(opeai: Running) -> None:
    found = verdicts(opeai)
    assert of(found, Outcome.MET) == set(found)


def test_an_expired_token_leaves_the_second_route_undecided(opeai: Running) -> None:
    found = verdicts(opeai, OPEAI_TOKEN=WRONG_KEY)
    assert of(found, Outcome.UNMET) == set()
    assert found["second-route-accepts-token"].outcome is Outcome.INCONCLUSIVE
    # The first route still shows the envelope.
    assert found["error-message-value"].outcome is Outcome.MET


@pytest.mark.slow
def test_an_expired_key_leaves_the_first_route_undecided(opeai: Running) -> None:
    found = verdicts(opeai, OPEAI_API_KEY=WRONG_KEY)
    assert of(found, Outcome.UNMET) == set()
    assert found["retrieve-accepts-key"].outcome is Outcome.INCONCLUSIVE


def test_another_account_s_key_that_has_expired_decides_nothing(opeai: Running) -> None:
    found = verdicts(opeai, OPEAI_OTHER_API_KEY=WRONG_KEY)
    assert of(found, Outcome.UNMET) == set()
    assert of(found, Outcome.INCONCLUSIVE) == {"retrieve-with-another-key-is-refused"}


def test_without_another_account_s_key_nothing_is_asked_of_it(opeai: Running) -> None:
    verdict = verdicts(opeai, OPEAI_OTHER_API_KEY="")["retrieve-with-another-key-is-refused"]
    assert verdict.outcome is Outcome.UNSEEN
    assert "OPEAI_OTHER_API_KEY" in verdict.expected


def test_a_task_shown_to_another_account_is_named_with_the_key_that_saw_it() -> None:
    with running("opeai", vice="shows-tasks-to-another-account") as emulator:
        verdict = verdicts(emulator)["retrieve-with-another-key-is-refused"]
    assert verdict.outcome is Outcome.UNMET
    assert "$OPEAI_OTHER_API_KEY" in verdict.request
