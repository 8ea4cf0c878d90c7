"""Whatever a document allows raises no alarm: no requirement fails, deviates or errs on a conforming provider."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.support.variations import CONTRACTS, ENVELOPES, Manner, Variation, variations, words_of
from vidconform.contracts.schemas import FINISHED
from vidconform.emulator.described import provider_named
from vidconform.emulator.server import running
from vidconform.emulator.tasks import KnownTask, Life, Step
from vidconform.emulator.vices import vices_of
from vidconform.proof.matrix import run_in_processes
from vidconform.proof.trial import Trial, judged
from vidconform.verdicts.labels import Label

pytestmark = pytest.mark.slow

EXAMPLES = 10
PROVIDERS = ("octopusx", "gptge", "opeai", "chainhub")
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
    return {row: label for row, label in trial.labels.items() if label in ALARMS}


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.exhaustive
def test_a_conforming_provider_raises_no_alarm(provider: str) -> None:
    seen: Counter[str] = Counter()

    @bounded
    @given(variations(provider, provider_named(provider).known))
    def holds(variation: Variation) -> None:
        trial = trial_of(provider, variation)
        assert alarms(trial) == {}, variation
        # A task that fails as the document allows is told, and held against nobody.
        assert [gap for gap in trial.gaps if "the run's own task" not in gap] == [], variation
        seen.update(str(step.status) for tasks in variation.tasks.values() for task in tasks for step in task.life)
        assert Counter(trial.labels.values())[Label.CONFORMS] >= 10, variation

    holds()
    documented = {word for c in CONTRACTS.values() if c.provider.name == provider for word in c.words}
    assert documented <= set(seen), "no example showed some documented word"


def one_step(contract: str, word: str) -> Life:
    phase = words_of(CONTRACTS[contract])[word]
    return (Step(word, 100 if phase == "succeeded" else 40, 9_000),)


def one_of_each(contract: str, own: tuple[KnownTask, ...], phases: tuple[str, ...]) -> tuple[KnownTask, ...]:
    words = [word for word, phase in words_of(CONTRACTS[contract]).items() if phase in phases]
    patterns = CONTRACTS[contract].provider.id_spaces[CONTRACTS[contract].id_space_names[0]].pattern
    stem = patterns.strip("^").partition("[")[0]
    return tuple(replace(own[0], id=f"{stem}{at}", life=one_step(contract, word)) for at, word in enumerate(words))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_task_that_was_over_before_it_was_seen_raises_no_alarm(provider: str) -> None:
    known = provider_named(provider).known
    tasks = {name: one_of_each(f"{provider}/{name}", own, FINISHED) for name, own in known.items()}
    trial = trial_of(provider, Variation(tasks, one_step("octopusx/videos", "completed"), Manner()))
    assert alarms(trial) == {}
    for name in tasks:
        assert trial.labels[f"{provider}/{name}", "terminal-status-is-final"] == "conforms"


@pytest.mark.slow
@pytest.mark.parametrize("envelope", ENVELOPES, ids=str)
def test_any_error_envelope_will_do_where_none_is_documented(envelope: object) -> None:
    manner = Manner(envelope=envelope, codes={"owner": 400})
    trial = trial_of("gptge", Variation(provider_named("gptge").known, None, manner))
    assert alarms(trial) == {}
    assert trial.labels["gptge/videos", "unknown-task-is-refused"] == "conforms"


@pytest.mark.slow
@pytest.mark.exhaustive
def test_what_vendors_do_and_no_document_forbids_raises_no_alarm() -> None:
    allowed = [vice for provider in PROVIDERS for vice in vices_of(provider) if vice.allowed]
    trials = run_in_processes([(vice.provider, vice.name) for vice in allowed])
    assert {trial.name: alarms(trial) for trial in trials if alarms(trial)} == {}
    assert len(trials) > 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("provider", "extra", "alarm"),
    [
        ("gptge", {"progress": None}, "progress-type"),
        ("octopusx", {"created_at": "2025-01-01T00:00:00Z"}, "created-at-type"),
        ("opeai", {"object": "task"}, "object-is-video"),
        ("chainhub", {"enhanced_prompt": 7}, "enhanced-prompt-type"),
    ],
)
def test_what_a_document_does_not_allow_raises_one(provider: str, extra: dict[str, object], alarm: str) -> None:
    trial = trial_of(provider, Variation(provider_named(provider).known, None, Manner(extra=extra)))
    assert alarm in {row[1] for row in alarms(trial)}
