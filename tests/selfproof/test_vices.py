"""Every vice is caught, by the requirement that it breaks and by no other, and nothing but a vendor is praised."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.processes import KEYS, judge, live
from vidconform.cli import main
from vidconform.contracts.data_files import read_toml
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider, known_providers
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running
from vidconform.emulator.vices import find_vice, vices_of
from vidconform.emulator.vices.declared import declared
from vidconform.emulator.vices.operators import OPERATORS
from vidconform.emulator.vices.vice import UnknownVice, Vice
from vidconform.errors.error_types import DataFileProblem
from vidconform.locations import data_folder
from vidconform.proof import matrix
from vidconform.proof.score import score
from vidconform.proof.score_summary import summary, why_incomplete
from vidconform.proof.trial import FAULTLESS, NULL_VENDOR, WALL, Trial, run_trial, service_cases
from vidconform.verdicts.labels import Label

FOLDERS = Path(__file__).parents[1] / "providers"
PROVIDERS = ("octopusx", "gptge", "opeai", "chainhub", "openai")
STAND_INS = (FAULTLESS, NULL_VENDOR, WALL)
EVERY_CONTRACT = "octopusx/query octopusx/videos gptge/videos opeai/videos chainhub/videos"
# The emulator tells progress as text in the one, and not before the end in the other.
UNSHOWN = {("octopusx/query", "progress-range"), ("chainhub/videos", "progress-never-falls")}
# The rest of the matrix is `vidconform proof`.
SAMPLE = 16

# What a provider may get wrong first: the vice, the requirement, how it reads, and the contracts.
FAULTS = [
    ("status-in-progress-for-processing", "status-vocabulary", "deviates", "octopusx/query"),
    ("status-processing-for-in-progress", "status-vocabulary", "deviates", "octopusx/videos"),
    ("status-in-lower-case", "status-vocabulary", "deviates", "opeai/videos"),
    ("status-queued-for-pending", "status-vocabulary", "deviates", "chainhub/videos"),
    ("progress-as-null", "progress-type", "fails", "octopusx/query gptge/videos"),
    ("progress-as-null", "progress-type", "deviates", "octopusx/videos chainhub/videos"),
    ("created-at-as-iso-text", "created-at-type", "fails", "octopusx/query gptge/videos"),
    ("created-at-as-iso-text", "created-at-type", "deviates", "octopusx/videos opeai/videos chainhub/videos"),
    ("another-id-than-asked", "id-same-as-asked", "fails", "octopusx/query octopusx/videos gptge/videos"),
    ("another-id-than-asked", "id-same-as-asked", "deviates", "opeai/videos chainhub/videos"),
    ("json-as-html", "replies-are-json", "fails", EVERY_CONTRACT),
    ("broken-json", "replies-are-json", "fails", EVERY_CONTRACT),
    ("unknown-id-as-500", "unknown-task-is-refused", "fails", EVERY_CONTRACT),
    ("unknown-id-as-500", "refusals-are-not-server-errors", "fails", EVERY_CONTRACT),
    ("unknown-id-as-200-with-nothing", "unknown-task-is-refused", "fails", EVERY_CONTRACT),
    ("unknown-id-as-400", "unknown-task-status-code", "fails", "opeai/videos"),
    ("error-code-as-number", "error-code-value", "fails", "opeai/videos"),
    ("error-param-as-null", "error-param-value", "fails", "opeai/videos"),
    ("needs-no-key", "retrieve-without-key-is-refused", "fails", EVERY_CONTRACT),
    ("reopens-after-completion", "terminal-status-is-final", "fails", "octopusx/query octopusx/videos opeai/videos"),
    ("reopens-after-completion", "terminal-status-is-final", "deviates", "gptge/videos chainhub/videos"),
    ("video-url-missing", "result-after-completion", "fails", "octopusx/query octopusx/videos chainhub/videos"),
    ("creates-without-model", "create-without-model-is-refused", "fails", "octopusx/videos"),
    ("remix-as-404", "remix-route", "fails", "octopusx/videos"),
    ("content-empty", "content-has-bytes", "fails", "octopusx/videos"),
    ("content-as-json", "content-is-video", "fails", "octopusx/videos"),
    ("error-on-a-completed-task", "error-only-on-failure", "fails", "octopusx/videos"),
    ("error-on-a-completed-task", "error-null-on-success", "fails", "gptge/videos"),
    ("list-as-404", "list-route", "fails", "openai/videos"),
    ("list-ignores-its-limit", "list-honours-limit", "fails", "openai/videos"),
    ("list-ignores-its-cursor", "list-honours-cursor", "fails", "openai/videos"),
    ("list-tells-the-opposite-of-more", "list-tells-has-more", "fails", "openai/videos"),
    ("deletion-of-another-id", "deletion-names-the-task", "fails", "openai/videos"),
    ("serves-deleted-tasks", "deleted-task-is-gone", "fails", "openai/videos"),
    ("lists-deleted-tasks", "deleted-task-leaves-the-list", "fails", "openai/videos"),
    ("remix-of-another-source", "remix-names-its-source", "fails", "openai/videos"),
    ("echoes-another-size", "size-is-echoed", "fails", "openai/videos"),
    ("refuses-forms", "create-accepts-form", "fails", "openai/videos"),
    ("variants-as-404", "content-variants-are-served", "fails", "openai/videos"),
    ("bad-key-status-code-as-403", "bad-key-status-code", "fails", "openai/videos"),
]
EXPECTED = [(vice, contract, row, label) for vice, row, label, names in FAULTS for contract in names.split()]

Trials = Callable[[str], dict[str, Trial]]


@cache
def vices() -> list[Vice]:
    return [vice for provider in PROVIDERS for vice in vices_of(provider)]


def plans() -> list[tuple[str, str]]:
    stand_ins = [(provider, name) for provider in PROVIDERS for name in STAND_INS]
    chosen = [(contract.partition("/")[0], vice) for vice, contract, *_ in EXPECTED]
    others = [(vice.provider, vice.name) for vice in vices() if (vice.provider, vice.name) not in chosen]
    return list(dict.fromkeys([*stand_ins, *chosen, *random.Random(4).sample(others, SAMPLE)]))


@pytest.fixture(scope="module")
def trials() -> Trials:
    """Return what tries a provider, once, and gives its trials by name."""

    @cache
    def of(provider: str) -> dict[str, Trial]:
        chosen = [plan for plan in plans() if plan[0] == provider]
        return {trial.name: trial for trial in matrix.run_in_processes(chosen, forms=())}

    return of


@pytest.mark.slow
@pytest.mark.parametrize(("vice", "contract", "requirement", "label"), EXPECTED)
def test_a_fault_is_named_by_its_requirement(
    trials: Trials, vice: str, contract: str, requirement: str, label: str
) -> None:
    provider = contract.partition("/")[0]
    assert trials(provider)[FAULTLESS].labels[contract, requirement] == "conforms"
    assert trials(provider)[vice].labels[contract, requirement] == label


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_vice_fells_what_it_says_and_nothing_else(trials: Trials, provider: str) -> None:
    found = score(trials(provider).values())["providers"][provider]
    assert [vice for vice in found["vices"] if vice["missed"] or vice["stray"]] == []
    assert [vice["vice"] for vice in found["vices"] if not vice["caught"] and vice["kind"] != "allowed"] == []
    assert found["figures"]["vices"] >= 10
    assert found["figures"]["median_blamed"] <= 2


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_faultless_emulator_shows_every_requirement_kept(trials: Trials, provider: str) -> None:
    labels = trials(provider)[FAULTLESS].labels
    assert {row: label for row, label in labels.items() if label not in ("conforms", "unseen")} == {}
    assert {row for row, label in labels.items() if label == "unseen"} <= UNSHOWN


@pytest.mark.slow
@pytest.mark.parametrize("stand_in", [NULL_VENDOR, WALL])
@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_no_vendor_keeps_no_promise(trials: Trials, provider: str, stand_in: str) -> None:
    trial = trials(provider)[stand_in]
    assert trial.kept == set()
    assert "errored" not in trial.labels.values()
    assert trial.broken_rows or trial.gaps


def test_every_requirement_has_a_vice_and_every_vice_a_requirement() -> None:
    contracts = [contract for name in PROVIDERS for contract in load_contracts(find_provider(name))]
    bound = {(case.contract.id, case.requirement.id) for contract in contracts for case in service_cases(contract)}
    broken_rows = {(fault.contract, row) for vice in vices() for fault in vice.faults for row in fault.breaks}
    assert bound - broken_rows == set()
    assert broken_rows - bound == set()
    assert len(bound) > 300


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_vice_has_a_name_and_a_sentence(provider: str) -> None:
    for vice in vices_of(provider):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", vice.name)
        assert re.fullmatch(r"[A-Z][^\n]+\.", vice.sentence), vice.name
        assert {fault.contract.partition("/")[0] for fault in vice.faults} == {provider}, vice.name


def test_a_vice_shows_in_what_the_emulator_answers() -> None:
    with running("gptge", environ={}, vice="progress-as-list") as emulator:
        url = f"{emulator.url}/v1/videos/{emulator.task_ids['videos'][0]}"
        assert httpx.get(url, headers={"authorization": "Bearer x"}).json()["progress"] == [0]


def test_a_vice_leaves_what_was_changed_before() -> None:
    def change(reply: ReplyContext) -> None:
        reply.headers["x-trace"] = "1"

    with running("opeai", environ={}, vice="ids-of-another-shape", change=change) as emulator:
        assert emulator.task_ids == {"videos": ["job-1", "job-2"]}
        reply = httpx.get(f"{emulator.url}/v1/videos/job-1", headers={"authorization": "Bearer x"})
    assert (reply.json()["id"], reply.headers["x-trace"]) == ("job-1", "1")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_run_against_a_vice_fails_and_names_the_requirement(tmp_path: Path) -> None:
    with running("gptge", environ={}, vice="progress-as-null") as emulator:
        run = judge(tmp_path, *live(emulator), **KEYS)
    assert run.code == 1, run.ran()
    assert [name for name, label in run.labels().items() if label == "fails"] == ["progress-type"]
    assert "gptge/videos  progress-type" in run.out


def test_a_vice_without_end_leaves_the_run_inconclusive() -> None:
    trial = run_trial("gptge", "never-ends")
    assert trial.broken_rows == set()
    assert [gap for gap in trial.gaps if "still" in gap]


# --- the file of a contract's vices ---------------------------------------------------------------------------------

VICES_OF_GPTGE = data_folder("specs") / "gptge" / "videos" / "vices.toml"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("[members]", "[member]", r"unknown key 'member'; the valid keys are vices, members"),
        (
            '{name = "missing", breaks = ["id-present"]}', '{name = "missing", breks = ["id-present"]}',
            r"members.id\['missing'\]: unknown key 'breks'; the valid keys are name, put, word, becomes, left-out,",
        ),
        ('{name = "as-null", breaks', "{breaks", r"members.id\[1\]: name is missing"),
        ("broken-json =", "broken-jsn =", "there is no vice 'broken-jsn'; there are: .*broken-json, "),
        ('"as-null"', '"as-nul"', "there is no damage 'as-nul'; there are: missing, as-null, as-number,"),
        ('when = "failed"', 'when = "finished"', "there is no moment 'finished'; there are: task-shown, unfinished,"),
        ('name = "as-number", breaks', 'name = "as-null", breaks', "the vice 'id-as-null' stands twice"),
        ('becomes = "succeeded", ', "", r"members.status\[4\]: becomes is missing"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_vices_is_refused_with_what_would_be_right(
    right: str, wrong: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "vices.toml"
    file.write_text(VICES_OF_GPTGE.read_text("utf-8").replace(right, wrong, 1), "utf-8")
    with pytest.raises(DataFileProblem, match=said) as problem:
        declared("gptge/videos", file)
    assert problem.value.path == file


def test_a_contract_of_ones_own_takes_the_operators_by_name(tmp_path: Path) -> None:
    file = tmp_path / "vices.toml"
    file.write_text(
        '[vices]\njson-as-html = ["replies-are-json"]\n'
        '[members]\n"data.state" = [\n'
        '    {word = "done", becomes = "OK", breaks = ["words"]},\n    {name = "as-text", breaks = []},\n]\n'
    )
    faults = declared("own/videos", file)
    assert [(fault.operator.name, sorted(fault.breaks)) for fault in faults] == [
        ("json-as-html", ["replies-are-json"]),
        ("data-state-ok-for-done", ["words"]),
        ("data-state-as-text", []),
    ]
    assert faults[1].operator.sentence == 'The member data.state is "OK" instead of "done".'


def test_every_operator_is_used_by_a_provider() -> None:
    customary = read_toml(data_folder("specs") / "customary-vices.toml", "vices")["vices"]
    # What no document under specs/ says, a folder of the tests does.
    folders = [vice for name in ("atlas", "relay") for vice in vices_of(str(FOLDERS / name))]
    used = {*customary, *(vice.name for vice in (*vices(), *folders))}
    assert set(OPERATORS) - used == set()


# --- the command line ---------------------------------------------------------------------------------------------


def test_the_vices_of_a_provider_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vices", "opeai"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(vices_of("opeai"))
    assert "unknown-id-as-400 " in "\n".join(lines)
    assert main(["vices", "opeai", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["vice"] for row in rows] == [line.split()[0] for line in lines]
    assert {"provider", "vice", "sentence", "fells", "stalls"} == set(rows[0])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "gptge", "--vice", "progres-as-nul"], "near it: progress-as-null"),
        (["serve", "gptge", "--vice", "zzzzzzzz"], "there are: address-under-another-name-too"),
        (["serve", "nobody", "--vice", "progress-as-null"], ", ".join(known_providers())),
        (["vices", "nobody"], ", ".join(known_providers())),
    ],
)
def test_a_wrong_name_is_one_sentence(arguments: Sequence[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 4
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert said in shown.err


def test_an_unknown_vice_is_an_error_with_fields() -> None:
    with pytest.raises(UnknownVice) as unknown:
        find_vice("gptge", "nothing")
    assert (unknown.value.provider, unknown.value.vice) == ("gptge", "nothing")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_proof_writes_its_score_and_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(matrix, "trial_names", lambda provider: [*STAND_INS, "progress-as-null"])
    file = tmp_path / "score.json"
    assert main(["proof", "gptge", "-o", str(file)]) == 1
    shown = capsys.readouterr().out
    found = json.loads(file.read_text("utf-8"))["providers"]["gptge"]
    assert (found["figures"]["vices"], found["figures"]["caught"]) == (1, 1)
    assert {"contract": "gptge/videos", "requirement": "id-type", "level": "MUST"} in found["never_felled"]
    assert "gptge/videos id-type [MUST]: no vice breaks it" in shown
    assert "gptge/videos progress-type" not in shown


# --- the score ----------------------------------------------------------------------------------------------------

PROGRESS, IDENTITY = ("gptge/videos", "progress-type"), ("gptge/videos", "id-type")


@pytest.fixture(scope="module")
def whole() -> list[Trial]:
    return [run_trial("gptge", name) for name in (*STAND_INS, "progress-as-null")]


def with_readings(trial: Trial, **labels: str) -> Trial:
    rows = {PROGRESS: labels.get("progress"), IDENTITY: labels.get("identity")}
    return replace(trial, labels=trial.labels | {row: Label(label) for row, label in rows.items() if label})


def said_of(trials: list[Trial]) -> list[str]:
    return [line for line in why_incomplete(score(trials)) if "no vice breaks it" not in line]


@pytest.mark.slow
def test_a_whole_score_lacks_nothing(whole: list[Trial]) -> None:
    assert said_of(whole) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "labels", "said"),
    [
        (3, {"progress": "conforms"}, "progress-as-null is not caught; it should break gptge/videos#progress-type"),
        (3, {"progress": "unseen"}, "progress-as-null is not caught; it should break gptge/videos#progress-type"),
        (3, {"identity": "deviates"}, "progress-as-null breaks gptge/videos#id-type as well"),
        (3, {"identity": "errored"}, "progress-as-null breaks gptge/videos#id-type as well"),
        (1, {"identity": "conforms"}, "id-type [MUST]: a vendor that answers everything with 200 and {} keeps it"),
        (2, {"identity": "conforms"}, "id-type [MUST]: a vendor that answers everything with 404 keeps it"),
        (0, {"identity": "fails"}, "id-type [MUST]: the faultless emulator does not keep it"),
    ],
)
def test_a_score_that_is_not_whole_says_why(whole: list[Trial], place: int, labels: dict[str, str], said: str) -> None:
    changed = [with_readings(trial, **labels) if at == place else trial for at, trial in enumerate(whole)]
    (line,) = said_of(changed)
    assert said in line


@pytest.mark.slow
def test_a_fault_that_an_allowed_vice_raises_is_a_false_alarm(whole: list[Trial]) -> None:
    allowed = run_trial("gptge", "json-with-charset")
    assert allowed.broken_rows == set()
    alarmed = with_readings(allowed, identity="fails")
    found = score([*whole[: len(STAND_INS)], alarmed])
    assert found["providers"]["gptge"]["figures"]["false_alarms"] == 1
    assert any("json-with-charset breaks" in line for line in why_incomplete(found))


@pytest.mark.slow
def test_the_summary_is_a_line_for_each_provider(whole: list[Trial]) -> None:
    head, line, *_ = summary(score(whole)).splitlines()
    values: list[Any] = line.split()
    assert dict(zip(head.replace("false alarms", "f").replace("median blamed", "m").split(), values[1:], strict=False))
    assert (values[0], values[2], values[3]) == ("gptge", "1", "1")
