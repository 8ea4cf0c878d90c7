"""Evidence judged by a contract that asks otherwise: what it shows all the same, and what it cannot show."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from vidconform.run import RunOptions, foreign_verdicts, prepare
from vidconform.run.bindings import all_laws
from vidconform.run.cases import law_cases, schema_cases
from vidconform.verdicts import ShownVerdict

PROVIDERS = Path(__file__).parents[1] / "providers"
OTHERWISE = {
    "stranger-is-told": ("unknown-job-has-its-reason", "stranger-is-told"),
    "wrong-key-status-code": (
        "wrong-key-status-code: {id: known, key: wrong, responses: [401]}",
        "wrong-key-status-code: {id: known, key: none, responses: [418]}",
    ),
    "list-honours-limit": ("name: per_page", "name: size"),
    "create-route": ("/api/jobs:", "/v2/jobs:"),
    "cancel-route": ("{number}", "{id}"),
    "cancel-status-code": ("name: number", "name: id"),
}


def another(folder: Path, *changes: tuple[str, str], like: str = "studio") -> Path:
    """Return a provider that promises the same with some words of its files changed."""
    copied = shutil.copytree(PROVIDERS / like, folder / "another")
    for file in (copied / "provider.toml", *copied.glob("[!c]*/*.*")):
        text = file.read_text("utf-8").replace(f'name = "{like}"', 'name = "another"')
        for before, after in changes:
            text = text.replace(before, after)
        file.write_text(text, "utf-8")
    return copied


def judged(against: Path, asked: str = "studio", contract: str = "studio/jobs") -> Mapping[str, ShownVerdict]:
    """Return what the recorded evidence of a contract comes to by another one."""
    session = prepare(RunOptions([str(PROVIDERS / asked)], against=[str(against)]), {})
    for case in [*(c for law in all_laws() for c in law_cases(session, law)), *schema_cases(session)]:
        session.want(case)
        session.judge(case)
    verdicts = [verdict for verdict in foreign_verdicts(session) if verdict.contract.id == contract]
    found = {verdict.requirement.id: verdict for verdict in verdicts}
    assert len(found) == len(verdicts)
    assert {verdict.as_dict()["kind"] for verdict in found.values()} == {"foreign"}
    return found


@pytest.fixture(scope="module")
def otherwise(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, ShownVerdict]:
    """What studio's evidence comes to by a contract that asks for the same in other ways."""
    return judged(another(tmp_path_factory.mktemp("otherwise"), *OTHERWISE.values()))


def test_the_same_promises_in_the_same_words_are_all_kept(tmp_path: Path) -> None:
    found = judged(another(tmp_path))
    assert {str(verdict.label) for verdict in found.values()} == {"conforms"}


def test_a_refusal_is_found_by_what_it_asks_under_another_name(otherwise: Mapping[str, ShownVerdict]) -> None:
    verdict = otherwise["stranger-is-told"]
    assert str(verdict.label) == "conforms"
    assert verdict.evidence[0].probe in ("unknown-task", "refusal-unknown-job-has-its-reason")


def test_a_refusal_of_the_same_name_that_asks_otherwise_is_none(otherwise: Mapping[str, ShownVerdict]) -> None:
    verdict = otherwise["wrong-key-status-code"]
    assert str(verdict.label) == "fails"
    assert verdict.evidence[0].probe == "retrieve-without-key"
    assert verdict.received.startswith("401")


def test_an_option_by_another_name_was_not_asked_for(otherwise: Mapping[str, ShownVerdict]) -> None:
    assert str(otherwise["list-honours-limit"].label) == "unseen"


def test_another_address_was_not_asked_and_another_name_of_its_parameter_is_the_same(
    otherwise: Mapping[str, ShownVerdict],
) -> None:
    assert (str(otherwise["create-route"].label), otherwise["create-route"].otherwise) == ("unseen", "address")
    assert otherwise["create-route"].expected == (
        "the address to create that another/jobs has, POST /v2/jobs; this run sent that of studio/jobs, POST /api/jobs"
    )
    assert [str(otherwise[row].label) for row in ("create-status-code", "cancel-route")] == ["conforms"] * 2


def test_a_result_that_a_client_would_not_find_is_not_followed_for_it(tmp_path: Path) -> None:
    elsewhere = ('"url": {', '"link": {'), ('"urls": {', '"links": {')
    same = another(tmp_path / "same", like="atlas")
    moved = another(tmp_path / "moved", *elsewhere, like="atlas")
    assert str(judged(same / "films", "atlas", "atlas/films")["result-is-playable"].label) == "conforms"
    assert str(judged(moved / "films", "atlas", "atlas/films")["result-is-playable"].label) == "unseen"
