"""A run that is judged by other contracts as well: whether a client written for another can live with a service."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support.processes import (
    EVERY_PROVIDER,
    KEYS,
    PROVIDERS,
    QUICK,
    Row,
    Run,
    copy_of,
    judge,
    judge_inside,
    live,
    validator,
)
from vidconform.contracts import find_provider, load_contracts
from vidconform.emulator.server import running
from vidconform.report.results_reader import read_run

pytest_plugins = ["pytester"]

CONTRACTS = sorted(contract.id for name in PROVIDERS for contract in load_contracts(find_provider(name)))
FOLDERS = Path(__file__).parents[1] / "providers"
WHAT_IS_NO_VERDICT = {"kind", "against"}


def foreign(run: Run, asked: str = "", against: str = "") -> dict[str, Row]:
    """Return the verdicts by other contracts by their requirement, of one pair."""
    rows = [line for line in run.lines if line["kind"] == "foreign"]
    chosen = [row for row in rows if asked in ("", row["contract"]) and against in ("", row["against"])]
    found = {" ".join([row["contract"], row["against"], row["requirement"]]): row for row in chosen}
    assert len(found) == len(chosen), "a verdict was written twice"
    return {row["requirement"]: row for row in chosen} if asked and against else found


def readings(rows: dict[str, Row], *requirements: str) -> list[str]:
    return [rows[requirement]["reading"] for requirement in requirements]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("everything")
    # Those of the first documents: all of them by all are some hundred pairs, and say no more.
    asked = [option for name in PROVIDERS for option in (f"--provider={name}", f"--against={name}")]
    return judge(folder, *asked, "--junitxml=junit.xml", "-W", "error")


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_whole_matrix_is_printed_and_fails_nothing(everything: Run) -> None:
    assert everything.code == 0, everything.ran()
    pairs = Counter((row["contract"], row["against"]) for row in foreign(everything).values())
    assert set(pairs) == {(asked, against) for asked in CONTRACTS for against in CONTRACTS}
    for number, contract in enumerate(CONTRACTS, 1):
        assert f"  [{number}] a client written for {contract}\n" in everything.out
    told = [line.split() for line in everything.out.split("talking to")[-1].splitlines()[1 : len(CONTRACTS) + 1]]
    assert [line[0] for line in told] == CONTRACTS
    assert any(row["reading"] == "fails" for row in foreign(everything).values())


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACTS)
def test_by_its_own_contract_a_provider_reads_as_in_its_own_run(everything: Run, contract: str) -> None:
    own = {key[1]: row for key, row in everything.verdicts.items() if key[0] == contract and key[2] == "service"}
    again = foreign(everything, contract, contract)
    assert [{k: v for k, v in again[id].items() if k not in WHAT_IS_NO_VERDICT} for id in own] == [
        {k: v for k, v in row.items() if k not in WHAT_IS_NO_VERDICT} for row in own.values()
    ]
    assert set(again) == set(own)


@pytest.mark.slow
def test_nothing_takes_a_foreign_verdict_for_the_provider_s_own(everything: Run, pytester: pytest.Pytester) -> None:
    alone = judge_inside(pytester, "--provider=gptge")
    beside = {key: row["reading"] for key, row in everything.verdicts.items() if key[0] == "gptge/videos"}
    assert beside == {key: row["reading"] for key, row in alone.verdicts.items()}
    assert everything.end["verdicts"] == len(everything.verdicts)
    assert len(read_run(everything.report / "results.jsonl").lines) == len(everything.verdicts)
    assert (everything.report.parent / "junit.xml").read_text("utf-8").count("<testcase ") == len(everything.verdicts)
    told = json.loads((everything.report / "ctrf.json").read_text("utf-8"))["results"]["tests"]
    assert len(told) == len(everything.verdicts)


@pytest.mark.slow
def test_each_line_keeps_the_schema_of_results(everything: Run) -> None:
    lines = list(foreign(everything, "octopusx/query", "openai/videos").values())
    assert [error.message for line in lines for error in validator().iter_errors(line)] == []
    assert not validator().is_valid({**lines[0], "against": None})


def test_whose_contract_a_gateway_keeps_stands_in_each_line_and_the_report_is_written(tmp_path: Path) -> None:
    run = judge(tmp_path, "--provider=aimock", "--against=aimock", "--against=gptge")
    assert run.code == 0, run.ran()
    rows = foreign(run, "aimock@1.43.0/videos", "aimock/videos")
    assert {(row["held_to"], row["version"]) for row in rows.values()} == {("openai/videos", "1.43.0")}
    assert len(read_run(run.report / "results.jsonl").foreign) == len(foreign(run))
    assert (run.report / "report.html").is_file()


@pytest.mark.slow
@pytest.mark.exhaustive
def test_all_contracts_are_those_that_somebody_published(tmp_path: Path) -> None:
    run = judge(tmp_path, "--provider=aimock", "--against=all", "--fuzz=0")
    against = {row["against"] for row in foreign(run).values()}
    assert against == {c.id for name in EVERY_PROVIDER for c in load_contracts(find_provider(name))}
    assert "openai/videos" in against


@pytest.mark.slow
def test_an_openai_client_breaks_at_words_types_and_lacking_members(everything: Run) -> None:
    query = foreign(everything, "octopusx/query", "openai/videos")
    assert readings(query, "status-vocabulary", "progress-type", "id-shape") == ["fails", "fails", "deviates"]
    assert query["status-vocabulary"]["received"] == '"pending" at /status'
    assert query["progress-type"]["received"] == '"0" at /progress'
    assert readings(query, "error-envelope-present", "unknown-task-status-code") == ["conforms", "conforms"]
    words = foreign(everything, "opeai/videos", "openai/videos")["status-vocabulary"]
    assert (words["reading"], words["received"]) == ("fails", '"NOT_START" at /status')


@pytest.mark.slow
def test_what_a_document_does_not_have_is_not_offered_and_no_fault(everything: Run) -> None:
    gone = foreign(everything, "gptge/videos", "openai/videos")
    assert readings(gone, "list-route", "deleted-task-is-gone", "model-is-echoed") == ["not offered"] * 3
    assert {row["outcome"] for row in gone.values() if row["reading"] == "not offered"} == {"unseen"}
    assert gone["list-route"]["expected"] == "the operation list, which the document of gptge/videos does not have"


@pytest.mark.slow
def test_a_row_about_the_request_is_never_judged_by_a_request_of_another_shape(everything: Run) -> None:
    query = foreign(everything, "octopusx/query", "openai/videos")["retrieve-route"]
    assert (query["outcome"], query["asked_otherwise"]) == ("unseen", "address")
    assert (
        "GET /v1/videos/{video_id}; this run sent that of octopusx/query, GET /v1/video/query?id=ID"
        in query["expected"]
    )
    same = foreign(everything, "gptge/videos", "openai/videos")["retrieve-route"]
    assert same["reading"] == "conforms"
    body = foreign(everything, "octopusx/videos", "openai/videos")["accepts-prompt"]
    assert body["asked_otherwise"] == "body"
    assert "multipart/form-data; this run sent that of octopusx/videos, application/json" in body["expected"]


@pytest.mark.slow
def test_of_several_retrieve_routes_only_the_one_of_the_same_role_is_met(everything: Run) -> None:
    """One document of the six has a second route: as the one that is asked, and as the one that judges."""
    at_two = [row for row in foreign(everything, "opeai/videos").values() if row["against"] != "opeai/videos"]
    assert {row["outcome"] for row in at_two} >= {"met", "unmet"}
    assert not [p for row in at_two for p in row["evidence"] if "second-route" in p["probe"]]
    for asked in set(CONTRACTS) - {"opeai/videos"}:
        rows = foreign(everything, asked, "opeai/videos")
        assert readings(rows, "second-route", "second-route-agrees", "retrieve-route")[:2] == ["not offered"] * 2


@pytest.mark.slow
def test_the_page_has_the_matrix_and_each_cell_leads_to_its_rows(everything: Run) -> None:
    page = (everything.report / "report.html").read_text("utf-8")
    section = page[page.index('id="clients-title"') :]
    links = re.findall(r'href="#(client-[^"]+)"', section)
    assert len(set(links)) == len(CONTRACTS) ** 2
    assert set(links) <= set(re.findall(r' id="([^"]+)"', page))
    exchanges = re.findall(r'href="#(x-[^"]+)"', section[: section.index('id="lives"')])
    assert exchanges
    assert set(exchanges) <= set(re.findall(r' id="([^"]+)"', page))


@pytest.mark.slow
def test_a_required_contract_fails_the_run_in_its_own_words(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=gptge", "--require=openai/videos", "-k", "id-type or progress-type")
    assert run.code == 1
    assert "FAILS  gptge/videos by openai/videos  completed-at-present  [MUST]" in run.out, run.ran()
    assert run.end["exit"] == 1
    unmet = [row for row in foreign(run).values() if row["outcome"] == "unmet" and row["required"]]
    assert {row["requirement"] for row in unmet} == {"completed-at-present", "expires-at-present", "prompt-present"}


@pytest.mark.slow
def test_what_only_deviates_fails_a_required_contract_on_demand(pytester: pytest.Pytester) -> None:
    chosen = ("--provider=opeai", "--require=gptge/videos")
    assert judge_inside(pytester, *chosen).code == 0
    strict = judge_inside(pytester, *chosen, "--fail-on=should")
    assert strict.code == 1
    assert "DEVIATES  opeai/videos by gptge/videos  success-word" in strict.out


@pytest.mark.slow
def test_its_own_contract_may_be_required_and_its_known_deviations_still_fail_nothing(
    pytester: pytest.Pytester,
) -> None:
    assert judge_inside(pytester, "--provider=openai", "--require=openai/videos").code == 0


@pytest.mark.parametrize("option", ["--against", "--require"])
def test_an_unknown_contract_is_refused_with_the_known_ones(pytester: pytest.Pytester, option: str) -> None:
    run = judge_inside(pytester, "--provider=gptge", f"{option}=openai/vidoes")
    assert run.code == 4
    assert f"{option}=openai/vidoes: expected all, a contract (gptge/videos, " in run.err


def test_without_a_provider_there_is_nothing_to_judge(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--against=all")
    assert run.code == 4
    assert "--against: expected --provider=NAME with it" in run.err


@pytest.mark.slow
def test_folders_of_one_s_own_are_judged_and_judge(pytester: pytest.Pytester) -> None:
    copied = copy_of("gptge", pytester.path)
    run = judge_inside(
        pytester, f"--provider={FOLDERS / 'studio'}", f"--against={FOLDERS / 'atlas' / 'films'}",
        f"--against={copied}", "--against=openai", "--against=studio/jobs",
    )  # fmt: skip
    assert run.code == 0, run.ran()
    pairs = {(row["contract"], row["against"]) for row in foreign(run).values()}
    assert pairs == {("studio/jobs", name) for name in ("atlas/films", "gptge/videos", "openai/videos", "studio/jobs")}
    assert "conforms" in readings(foreign(run, "studio/jobs", "openai/videos"), "unknown-task-is-refused", "list-route")


def test_what_the_selected_tests_did_not_ask_is_unseen(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=gptge", "--against=openai/videos", "-k", "retrieve-without-key")
    rows = foreign(run, "gptge/videos", "openai/videos")
    assert rows["retrieve-without-key-is-refused"]["reading"] == "conforms"
    assert rows["unknown-task-is-refused"]["expected"] == "what this run did not ask of gptge/videos: unknown-task"


@pytest.mark.slow
@pytest.mark.exhaustive
def test_workers_hand_over_what_one_of_them_judged(tmp_path: Path) -> None:
    run = judge(tmp_path, "--provider=gptge", "--against=openai/videos", "-n", "2")
    assert run.code == 0, run.ran()
    assert readings(foreign(run, "gptge/videos", "openai/videos"), "prompt-present", "id-type") == ["fails", "conforms"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_live_service_is_asked_nothing_more_and_its_faults_show_by_another_contract(tmp_path: Path) -> None:
    with running("gptge", environ=KEYS) as emulator:
        judge(tmp_path, *live(emulator), **KEYS)
        alone = emulator.requests
    with running("gptge", environ=KEYS, vice="unknown-id-as-200-with-nothing") as emulator:
        run = judge(tmp_path, *live(emulator), "--against=all", *QUICK, **KEYS)
        assert emulator.requests == alone
    rows = foreign(run, "gptge/videos", "openai/videos")
    assert readings(rows, "unknown-task-is-refused", "progress-type") == ["fails", "conforms"]
    assert {p["origin"] for row in rows.values() for p in row["evidence"]} == {"emulated"}
