"""Known deviations: what is listed and unmet is expected, what is met is stale, what expired is not listed."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import KEYS, Run, judge_inside, live
from vidconform.contracts.deviations import own_deviations
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import all_providers, find_provider
from vidconform.emulator.server import Running, running
from vidconform.errors.error_types import BadOption, DataFileProblem
from vidconform.locations import data_folder
from vidconform.redaction.guard import Guard
from vidconform.run.bindings import all_laws, schema_of
from vidconform.run.known_deviations import describe_entries, known_deviations
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session
from vidconform.verdicts.case import Case
from vidconform.verdicts.verdict import Outcome

pytest_plugins = ["pytester"]

TODAY = datetime.now(UTC).date()
BROKEN = "id-same-as-asked"
KEPT = "progress-type"
LISTED = {"requirement": BROKEN, "reason": "An upstream id is passed through.", "since": "2026-11-01"}


@pytest.fixture(scope="module")
def wrong() -> Iterator[Running]:
    with running("gptge", environ=KEYS, vice="another-id-than-asked") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def right() -> Iterator[Running]:
    with running("gptge", environ=KEYS) as emulator:
        yield emulator


def write(path: Path, *entries: dict[str, Any]) -> Path:
    """Write entries as a person would, dates bare."""
    lines = []
    for entry in entries:
        lines += ["[[deviation]]", *(f"{name} = {_shown(name, value)}" for name, value in entry.items())]
    path.write_text("\n".join(lines), "utf-8")
    return path


def _shown(name: str, value: Any) -> str:
    return str(value) if name in ("since", "expires") else repr(value)


def night(pytester: pytest.Pytester, emulator: Running, *arguments: str) -> Run:
    """Judge what the table is about and nothing else."""
    chosen = ("-k", f"{BROKEN} or {KEPT}", *arguments)
    return judge_inside(pytester, *live(emulator), *chosen, **KEYS)


def row(run: Run, requirement: str) -> dict[str, Any]:
    return run.verdicts["gptge/videos", requirement, "service"]


HINT = "To expect it from now on, explained: --write-deviations=FILE writes an entry for each, for --deviations"


@pytest.mark.slow
def test_not_listed_and_unmet_fails_and_an_entry_is_written_on_demand(
    wrong: Running, pytester: pytest.Pytester
) -> None:
    file = pytester.path / "new.toml"
    run = night(pytester, wrong, f"--write-deviations={file}")
    assert run.code == 1, run.ran()
    assert "deviation" not in row(run, BROKEN)
    assert HINT not in run.out
    (entry,) = tomllib.loads(file.read_text("utf-8"))["deviation"]
    assert entry["requirement"] == BROKEN
    assert entry["contract"] == "gptge/videos"
    assert entry["since"] == TODAY


def test_listed_and_unmet_is_expected_shown_and_green(wrong: Running, pytester: pytest.Pytester) -> None:
    file = write(pytester.path / "mine.toml", LISTED | {"ticket": "OPS-12"})
    run = night(pytester, wrong, f"--deviations={file}", "-rx")
    assert run.code == 0, run.ran()
    assert row(run, BROKEN)["reading"] == "fails"
    assert row(run, BROKEN)["deviation"] == {
        "state": "expected",
        "reason": "An upstream id is passed through.",
        "since": "2026-11-01",
        "ticket": "OPS-12",
        "file": "mine.toml",
    }
    told = f"fails  gptge/videos  {BROKEN}  [MUST]: known since 2026-11-01: An upstream id is passed through., OPS-12"
    assert told in run.out.splitlines()
    assert "1 xfailed" in run.out
    assert HINT not in run.out


def test_listed_and_met_is_stale_and_fails(right: Running, pytester: pytest.Pytester) -> None:
    file = write(pytester.path / "mine.toml", LISTED)
    run = night(pytester, right, f"--deviations={file}")
    assert run.code == 1, run.ran()
    assert row(run, BROKEN)["outcome"] == "met"
    assert row(run, BROKEN)["deviation"]["state"] == "stale"
    sentence = "stale: mine.toml lists this as deviating since 2026-11-01, and it is met now; remove the entry"
    assert f"STALE  gptge/videos  {BROKEN}  [MUST]\n" in run.out
    assert sentence in run.out
    assert HINT not in run.out


def test_not_listed_and_met_is_green_and_says_nothing(right: Running, pytester: pytest.Pytester) -> None:
    run = night(pytester, right)
    assert run.code == 0, run.ran()
    assert not [line for line in run.lines if "deviation" in line]
    assert "known" not in run.out


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("days", "code", "state"), [(-1, 1, "expired"), (0, 0, "expected"), (1, 0, "expected")])
def test_an_entry_counts_to_the_end_of_its_last_day(
    days: int, code: int, state: str, wrong: Running, pytester: pytest.Pytester
) -> None:
    file = write(pytester.path / "mine.toml", LISTED | {"expires": TODAY + timedelta(days)})
    run = night(pytester, wrong, f"--deviations={file}")
    assert run.code == code, run.ran()
    assert row(run, BROKEN)["deviation"]["state"] == state
    assert (HINT in run.out.splitlines()) == (state == "expired")
    assert "[[deviation]]" not in run.out


@pytest.mark.slow
def test_an_expired_entry_about_what_is_met_is_as_if_it_were_not_there(
    right: Running, pytester: pytest.Pytester
) -> None:
    file = write(pytester.path / "mine.toml", LISTED | {"expires": TODAY - timedelta(1)})
    run = night(pytester, right, f"--deviations={file}")
    assert run.code == 0, run.ran()
    assert "deviation" not in row(run, BROKEN)


@pytest.mark.slow
def test_what_could_not_be_judged_makes_no_entry_stale(pytester: pytest.Pytester) -> None:
    file = write(pytester.path / "mine.toml", LISTED)
    chosen = ("--provider=gptge", "--live", "--provider-url=http://127.0.0.1:9", "--task-id=video_a", "-k", BROKEN)
    run = judge_inside(pytester, *chosen, f"--deviations={file}", **KEYS)
    assert run.code == 6, run.ran()
    assert row(run, BROKEN)["reading"] == "inconclusive"
    assert "deviation" not in row(run, BROKEN)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_two_workers_know_the_same(wrong: Running, pytester: pytest.Pytester) -> None:
    file = write(pytester.path / "mine.toml", LISTED)
    run = night(pytester, wrong, f"--deviations={file}", "-n", "2")
    assert run.code == 0, run.ran()
    assert row(run, BROKEN)["deviation"]["state"] == "expected"


@pytest.mark.slow
def test_new_failures_are_written_and_expected_from_then_on(wrong: Running, pytester: pytest.Pytester) -> None:
    file = pytester.path / "new.toml"
    file.write_text("# Ours.\n", "utf-8")
    first = night(pytester, wrong, f"--write-deviations={file}")
    written = file.read_text("utf-8")
    assert first.code == 1, first.ran()
    assert f"{file}: 1 new entry written" in first.out
    assert written.startswith("# Ours.\n\n[[deviation]]\n")
    again = night(pytester, wrong, f"--write-deviations={file}")
    assert (again.code, file.read_text("utf-8")) == (1, written), "written twice"
    assert f"{file}: nothing new to write" in again.out
    assert night(pytester, wrong, f"--deviations={file}").code == 0


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown requirement": (
        {"requirement": "progress-tpye"},
        r"'progress-tpye'.*no such requirement; near it: prog",
    ),
    "an unknown contract": ({"contract": "query"}, r"'query': no such contract in this run; there are gptge/videos"),
    "an unknown key": ({"owner": "me"}, r"unknown key 'owner'.*valid keys are requirement, contract, subject, reason"),
    "an unknown subject": ({"subject": "vendor"}, "expected one of service, document, found 'vendor'"),
    "no reason": ({"reason": ""}, "reason"),
    "a day that is none": ({"since": "'soon'"}, r"since is 'soon'; expected a date like 2026-11-23"),
    "an end before the beginning": ({"expires": "2026-10-01"}, r"expires on 2026-10-01, before its since, 2026-11-01"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_entry_is_refused_with_what_would_be_right(name: str, tmp_path: Path) -> None:
    changed, sentence = REFUSED[name]
    file = write(tmp_path / "mine.toml", LISTED | changed)
    with pytest.raises(DataFileProblem, match=sentence) as problem:
        prepare(RunOptions(providers=["gptge"], deviations=[file]), {})
    assert problem.value.path == file


@pytest.mark.parametrize("missing", ["requirement", "reason", "since"])
def test_an_entry_without_what_it_needs_is_refused(missing: str, tmp_path: Path) -> None:
    file = write(tmp_path / "mine.toml", {name: value for name, value in LISTED.items() if name != missing})
    with pytest.raises(DataFileProblem, match=f"{missing} is missing"):
        prepare(RunOptions(providers=["gptge"], deviations=[file]), {})


def test_two_entries_on_one_question_are_refused_unless_one_has_expired(tmp_path: Path) -> None:
    options = RunOptions(providers=["gptge"], deviations=[write(tmp_path / "a.toml", LISTED, LISTED)])
    with pytest.raises(DataFileProblem, match="is listed twice; keep one entry"):
        prepare(options, {})
    write(tmp_path / "a.toml", LISTED | {"expires": "2026-11-02"}, LISTED)
    (entry,) = [e for e in prepare(options, {}).known.entries if not e.has_expired(TODAY)]
    assert entry.expires is None


def test_a_file_that_is_missing_is_one_sentence_and_exit_4(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=gptge", "--deviations=nowhere.toml")
    assert run.code == 4, run.ran()
    assert "nowhere.toml: no such file" in run.err
    nowhere = judge_inside(pytester, "--provider=gptge", "--write-deviations=no/such/folder.toml")
    assert nowhere.code == 4, nowhere.ran()
    assert "expected a file in a folder that exists" in nowhere.err


def test_an_entry_that_no_verdict_can_come_to_is_refused(tmp_path: Path) -> None:
    contracts = [contract for name in all_providers() for contract in load_contracts(find_provider(name))]
    rows = [(contract, row) for contract in contracts for row in contract.requirements.values() if row.untestable]
    contract, row = rows[0]
    file = write(tmp_path / "mine.toml", LISTED | {"contract": contract.id, "requirement": row.id})
    with pytest.raises(DataFileProblem, match="is never judged on the service, so the entry has no effect"):
        prepare(RunOptions(providers=[contract.provider.name], deviations=[file]), {})


def test_a_file_that_no_entry_can_be_added_to_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "inline.toml").write_text("deviation = []\n", "utf-8")
    with pytest.raises(DataFileProblem, match="no entry can be added"):
        prepare(RunOptions(providers=["gptge"], write_deviations=tmp_path / "inline.toml"), {})
    with pytest.raises(BadOption, match="a file in a folder that exists"):
        prepare(RunOptions(providers=["gptge"], write_deviations=tmp_path), {})


def test_a_file_that_cannot_be_written_at_the_end_is_told_with_its_entries(tmp_path: Path) -> None:
    lost = {"contract": "gptge/videos", "requirement": BROKEN, "subject": "service", "expected": "a", "received": "b"}
    contracts = load_contracts(find_provider("gptge"))
    told = describe_entries(tmp_path / "gone" / "new.toml", [lost], contracts, Guard())
    assert told[0].endswith("new.toml: not written: No such file or directory")
    assert f'requirement = "{BROKEN}"' in told


def test_an_entry_of_another_provider_waits_for_a_run_of_it(tmp_path: Path) -> None:
    file = write(tmp_path / "all.toml", LISTED | {"contract": "octopusx/query"}, LISTED)
    entries = prepare(RunOptions(providers=["gptge"], deviations=[file]), {}).known.entries
    assert [entry.contract for entry in entries] == [None]


def test_an_entry_of_a_misspelt_provider_is_refused_with_the_known_names(tmp_path: Path) -> None:
    file = write(tmp_path / "all.toml", LISTED | {"contract": "octopux/query"})
    names = f"no such provider; there are {', '.join(all_providers())}"
    with pytest.raises(DataFileProblem, match=f"'octopux/query': {names}"):
        prepare(RunOptions(providers=["gptge"], deviations=[file]), {})


def test_an_entry_of_a_provider_of_ones_own_may_stand_in_a_file_that_all_runs_share(tmp_path: Path) -> None:
    file = write(tmp_path / "all.toml", LISTED | {"contract": "acme/generations"}, LISTED)
    entries = prepare(RunOptions(providers=["gptge"], deviations=[file]), {}).known.entries
    assert [entry.contract for entry in entries] == [None]


def test_a_mark_before_the_text_is_no_part_of_it(tmp_path: Path) -> None:
    file = write(tmp_path / "all.toml", LISTED)
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    options = RunOptions(providers=["gptge"], deviations=[file], write_deviations=file)
    assert [entry.requirement for entry in prepare(options, {}).known.entries] == [BROKEN]


def test_one_s_own_entry_counts_before_the_provider_s(tmp_path: Path) -> None:
    folder = shutil.copytree(data_folder("specs") / "gptge", tmp_path / "gptge")
    write(folder / "deviations.toml", LISTED | {"reason": "theirs"})
    file = write(tmp_path / "mine.toml", LISTED | {"reason": "mine"})
    contracts = load_contracts(find_provider(str(folder)))
    known = known_deviations(RunOptions(deviations=[file]), contracts)
    case = _case(contracts[0], BROKEN)
    marked = known.mark(case.verdict(Outcome.UNMET))
    assert marked.known is not None
    assert marked.known["reason"] == "mine"


@pytest.mark.slow
def test_the_file_beside_one_provider_says_nothing_of_another() -> None:
    known = prepare(RunOptions(providers=["all"]), {}).known
    contracts = {c.id: c for name in ("octopusx", "chainhub") for c in load_contracts(find_provider(name))}
    reasons = {
        id: known.mark(_case(contracts[id], "time-units-agree", "document").verdict(Outcome.UNMET)).known
        for id in ("octopusx/query", "chainhub/videos")
    }
    assert reasons["octopusx/query"] != reasons["chainhub/videos"]


@pytest.fixture(scope="module")
def everything() -> Session:
    return prepare(RunOptions(providers=all_providers()), {})


def _case(contract: Any, requirement: str, subject: str = "service") -> Case:
    check = schema_of(contract, requirement) or next(law for law in all_laws() if requirement in law.requirements)
    return Case(contract, contract.requirements[requirement], subject, check)


@pytest.mark.slow
def test_every_contradiction_of_the_documents_is_listed_and_nothing_else(everything: Session) -> None:
    unmet, listed = set(), set()
    for contract in everything.contracts:
        for requirement in contract.requirements.values():
            is_stated = requirement.id in contract.refusals
            if requirement.untestable is None and requirement.subject != "service" and not is_stated:
                verdict = everything.judge(_case(contract, requirement.id, "document"))
                unmet |= {(contract.id, requirement.id)} if verdict.label == "contradicts itself" else set()
        entries = own_deviations(
            contract.provider, [c for c in everything.contracts if c.provider is contract.provider]
        )
        listed |= {(contract.id, e.requirement) for e in entries if e.is_about(contract, e.requirement, "document")}
    assert listed == unmet
    assert len({contract for contract, _ in unmet}) > 1


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_documents_contradictions_stay_green_when_every_should_counts(pytester: pytest.Pytester) -> None:
    run = judge_inside(pytester, "--provider=all", "--fail-on=should")
    assert run.code == 0, run.ran()
    assert {v["deviation"]["state"] for v in run.verdicts.values() if v["outcome"] == "unmet" and "held_to" in v} == {
        "expected"
    }
    contradictions = [v for v in run.verdicts.values() if v["reading"] == "contradicts itself"]
    assert len(contradictions) == 22
    assert {v["deviation"]["state"] for v in contradictions} == {"expected"}


@pytest.mark.slow
def test_since_is_no_day_to_come() -> None:
    for entry in prepare(RunOptions(providers=["all"]), {}).known.entries:
        assert date(2026, 1, 1) <= entry.since <= TODAY
