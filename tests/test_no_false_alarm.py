"""Whatever a document allows raises no alarm: no requirement fails, deviates or errs on a conforming provider."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from variations import CONTRACTS, ENVELOPES, Manner, Variation, variations, words_of

from vidconform.contracts import FINISHED
from vidconform.emulator import running
from vidconform.emulator.app import PROVIDERS
from vidconform.emulator.tasks import Life, Step
from vidconform.proof.trial import Trial, judged

EXAMPLES = 12
ALARMS = ("fails", "deviates", "errored", "inconclusive")

bounded = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    # Each example is a whole run over HTTP; a failing one is readable as it is.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def trial_of(provider: str, variation: Variation) -> Trial:
    lives = {task.life for tasks in variation.tasks.values() for task in tasks}
    with running(provider, environ={}, **variation.options(lives)) as emulator:
        return judged(provider, "variation", emulator)


def alarms(trial: Trial) -> dict[tuple[str, str], str]:
    return {row: reading for row, reading in trial.readings.items() if reading in ALARMS}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_conforming_provider_raises_no_alarm(provider: str) -> None:
    seen: Counter[str] = Counter()

    @bounded
    @given(variations(provider, PROVIDERS[provider].known))
    def holds(variation: Variation) -> None:
        trial = trial_of(provider, variation)
        assert alarms(trial) == {}, variation
        assert trial.gaps == (), variation
        seen.update(step.status for tasks in variation.tasks.values() for task in tasks for step in task.life)
        assert Counter(trial.readings.values())["conforms"] >= 10, variation

    holds()
    documented = {word for c in CONTRACTS.values() if c.provider.name == provider for word in c.words}
    assert documented <= set(seen), "no example showed some documented word"
