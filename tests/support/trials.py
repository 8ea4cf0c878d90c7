"""Laws with subjects to hold them against: assembled from the recordings, or from documents mended by hand."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.support.bodies import CONTRACTS, document_evidence, gathered
from tests.support.processes import PROVIDERS
from vidconform.contracts.contract import Contract
from vidconform.contracts.loading import load_contract
from vidconform.laws.gathered_replies import Gathered
from vidconform.laws.law import BrokenLaw, Change, Inconclusive, Law, Unseen, rows_of
from vidconform.laws.subject_builders import subjects_of
from vidconform.laws.subjects import Subject
from vidconform.run.bindings import all_laws
from vidconform.run.needs import probes_for
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.verdicts.case import Case

LAWS = all_laws()
# Kinds whose subject is the document: theirs contradict themselves, so that the laws are held against mended ones.
OF_DOCUMENT = ("published", "examples")
# Those whose recordings the counterexamples were written for; a law knows no vendor, and more of them show no more.
FIRST = [contract for contract in CONTRACTS if contract.provider.name in PROVIDERS]


MADE_UP = sorted(str(file.parent) for file in (Path(__file__).parents[1] / "providers").glob("*/provider.toml"))
"""Providers of the tests, for what no document under specs/ says; their cassettes lie beside them."""


@cache
def made_up() -> Session:
    return prepare(RunOptions(providers=MADE_UP), {})


def parameter(law: Law) -> str:
    return next(iter(law.__annotations__))


def name_of(law: Law) -> str:
    return law.__name__.removeprefix("test_")


each_law = pytest.mark.parametrize("law", LAWS, ids=name_of)


@dataclass(frozen=True)
class Trial:
    """A law with a contract that has one of its requirements, and the evidence to build its subjects from."""

    law: Law
    contract: Contract
    requirement: str
    evidence: Gathered

    def subjects(self) -> list[Subject]:
        """Return fresh subjects, as a verdict's are built."""
        if parameter(self.law) not in OF_DOCUMENT:
            return subjects_of(self.law, self.contract, self.requirement, self.evidence)
        contract = mended(self.contract)
        return subjects_of(self.law, contract, self.requirement, document_evidence(contract))


def trials(law: Law, session: Session) -> Iterator[Trial]:
    for contract in (*FIRST, *made_up().contracts):
        found = gathered(session if contract in FIRST else made_up(), contract)
        for requirement in rows_of(law, contract):
            needed = probes_for(Case(contract, contract.requirements[requirement], "service", law))
            yield Trial(law, contract, requirement, {name: found[name] for name in needed})


def outcome(law: Law, subject: Subject) -> str:
    """Return how a law ends; anything else than its three ways to end is an error of the test."""
    try:
        law(subject)
    except (BrokenLaw, Unseen, Inconclusive) as end:
        return type(end).__name__
    return "held"


def broken_subjects(law: Law, session: Session, change: Change) -> Iterator[Subject]:
    """Yield a fresh copy of each subject on which a law holds, changed."""
    for trial in trials(law, session):
        held = [index for index, subject in enumerate(trial.subjects()) if outcome(law, subject) == "held"]
        for index in held:
            subject = trial.subjects()[index]
            change(subject)
            yield subject


def breaks(law: Law, session: Session, change: Change, copied: Law | None = None) -> bool:
    """Whether a change breaks a law, or a copy of it, wherever it leaves anything to see, and does so somewhere."""
    outcomes = {outcome(copied or law, subject) for subject in broken_subjects(law, session, change)}
    return "BrokenLaw" in outcomes and outcomes <= {"BrokenLaw", "Unseen"}


def mended(contract: Contract) -> Contract:
    """Return a contract of its own whose document contradicts itself nowhere."""
    fresh = load_contract(contract.provider, contract.name)
    fresh = replace(fresh, operations=tuple(_without_surplus(operation) for operation in fresh.operations))
    for operation in fresh.operations:
        for answer in operation.answers.values():
            for example in answer.examples.values():
                example.update({"id": operation.id_example} if operation.id_example else {})
                example.update({"status_update_time": 1762010621} if "status_update_time" in example else {})
    if contract.published is not None:
        fresh.__dict__["published"] = _mended_export(contract.published)
    return fresh


def _without_surplus(operation: Any) -> Any:
    sample = {name: value for name, value in (operation.request_sample or {}).items() if not name.endswith("_id")}
    return replace(operation, request_sample=sample or None)


def _mended_export(published: dict[str, Any]) -> dict[str, Any]:
    structure = copy.deepcopy(published)
    (operation,) = structure["paths"]["/v1/videos/{id}"].values()
    del operation["requestBody"]
    operation["parameters"] = [named for named in operation["parameters"] if named["in"] == "path"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    schema["required"] = ["id", "status"]
    schema["properties"]["video_url"]["type"] = "string"
    return structure
