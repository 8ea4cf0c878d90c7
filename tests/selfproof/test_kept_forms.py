"""Judged in the run, replayed from recordings, judged again on evidence: the same verdicts, whatever the vice.

EVERY_VICE=1 pytest tests/selfproof/test_kept_forms.py -m "" takes every vice of every provider instead of a sample.
"""

from __future__ import annotations

import os
import random
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from tests.support.processes import EVERY_PROVIDER
from vidconform.contracts import find_provider
from vidconform.proof.kept_forms import EVIDENCE, RECORDINGS, Reread, reread
from vidconform.proof.matrix import run_in_processes, trial_names
from vidconform.proof.score import score
from vidconform.proof.score_summary import why_incomplete
from vidconform.proof.trial import FAULTLESS, NULL_VENDOR, WALL, Trial, run_trial, service_cases
from vidconform.run import RunOptions, Session, prepare
from vidconform.run.bindings import load_checked
from vidconform.store import TAKEN
from vidconform.verdicts import Label

SAMPLE = 4
# Another sample each day.
SEED = date.today().toordinal()
RECORDED = sorted(folder.name for folder in Path("cassettes").iterdir() if folder.is_dir())
Labels = dict[tuple[str, str], Label]


def chosen(provider: str) -> list[str]:
    names = trial_names(provider)
    return names if os.environ.get("EVERY_VICE") else random.Random(SEED).sample(names, SAMPLE)


@pytest.mark.slow
@pytest.mark.parametrize("provider", EVERY_PROVIDER)
def test_what_was_judged_live_reads_the_same_recorded_and_judged_again(provider: str) -> None:
    trials = run_in_processes([(provider, name) for name in chosen(provider)], jobs=1, forms=(EVIDENCE, RECORDINGS))
    assert [f"{trial.name}: {one}" for trial in trials for one in trial.reread if not one.is_taken] == [], SEED
    assert all(trial.labels for trial in trials)


def judged(provider: str) -> tuple[Session, Labels]:
    session = prepare(RunOptions([provider]), {})
    cases = [case for contract in session.contracts for case in service_cases(contract)]
    for case in cases:
        session.want(case)
    return session, {(case.contract.id, case.requirement.id): session.judge(case).label for case in cases}


def otherwise(session: Session, labels: Labels, *forms: str) -> list[Reread]:
    cases = [case for contract in session.contracts for case in service_cases(contract)]
    return list(reread(session, cases, labels, load_checked, *forms))


@pytest.mark.sampled(10)
@pytest.mark.parametrize("name", RECORDED)
def test_what_was_recorded_reads_the_same_judged_again(name: str) -> None:
    session, labels = judged(name)
    with closing(session):
        assert otherwise(session, labels, EVIDENCE) == []
    with closing(prepare(RunOptions(evidence=[Path("cassettes") / name]), {})) as again:
        assert {case.contract.id for c in again.contracts for case in service_cases(c)} == {id for id, _ in labels}
        cases = [case for contract in again.contracts for case in service_cases(contract)]
        for case in cases:
            again.want(case)
        assert {(case.contract.id, case.requirement.id): again.judge(case).label for case in cases} == labels


def test_a_verdict_that_reads_otherwise_is_told_and_leaves_the_proof_incomplete() -> None:
    session, labels = judged("gptge")
    row = ("gptge/videos", "id-type")
    with closing(session):
        (told,) = otherwise(session, {**labels, row: Label.FAILS}, EVIDENCE)
    assert told == Reread(EVIDENCE, row, Label.FAILS, Label.CONFORMS, told.why)
    assert str(told).startswith("gptge/videos id-type: fails in the run, conforms judged again on its evidence")
    trials = [Trial("gptge", name, labels, reread=(told,)) for name in (FAULTLESS, NULL_VENDOR, WALL)]
    assert [line for line in why_incomplete(score(trials)) if line == f"gptge: faultless: {told}"]


def test_what_redaction_took_is_told_apart() -> None:
    row = ("gptge/videos", "id-type")
    assert Reread(EVIDENCE, row, Label.FAILS, Label.INCONCLUSIVE, TAKEN).is_taken
    assert not Reread(EVIDENCE, row, Label.FAILS, Label.INCONCLUSIVE, "the run kept nothing of the probe").is_taken
    assert not Reread(EVIDENCE, row, Label.FAILS, Label.CONFORMS, TAKEN).is_taken


@pytest.mark.slow
def test_a_provider_that_is_recorded_in_versions_is_judged_again_as_itself() -> None:
    assert find_provider("litellm").version is None
    assert run_trial("litellm", FAULTLESS).reread == ()
