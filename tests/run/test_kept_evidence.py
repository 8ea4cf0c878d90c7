"""What an earlier run kept is judged again: the same verdicts, nothing sent, and what was lost is said."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.processes import judge
from vidconform.emulator import OTHER_KEY, running
from vidconform.errors import BadOption
from vidconform.proof.trial import service_cases
from vidconform.run import RunOptions, Session, prepare
from vidconform.verdicts import Label

Labels = dict[tuple[str, str], Label]


def live(provider: str, report: Path) -> Labels:
    """Judge an emulator and keep the evidence in `report`."""
    with running(provider, environ={}) as emulator:
        ids = [f"{contract}={id}" for contract, own in emulator.task_ids.items() for id in own]
        keys = {variable: f"sk-{variable.lower()}" for variable in emulator.server_state.provider.variables}
        keys[f"{provider.upper()}_OTHER_API_KEY"] = f"{OTHER_KEY}-account"
        options = RunOptions(
            providers=[provider], live=True, provider_url=emulator.url, task_ids=ids, poll_interval=0.0,
            poll_timeout=20.0, max_creations=4, fuzz=4, report=report,
        )  # fmt: skip
        with closing(prepare(options, keys)) as session:
            return labels_of(session)


def again(run: Path, *providers: str) -> Labels:
    with closing(prepare(RunOptions(providers=providers, evidence=[run]), {})) as session:
        return labels_of(session)


def labels_of(session: Session) -> Labels:
    cases = [case for contract in session.contracts for case in service_cases(contract)]
    for case in cases:
        session.want(case)
    return {(case.contract.id, case.requirement.id): session.judge(case).label for case in cases}


@pytest.mark.slow
def test_a_run_that_kept_one_contract_of_two_is_judged_by_that_one(tmp_path: Path) -> None:
    one = judge(tmp_path, "--provider=octopusx", "-q", "-k", "octopusx/videos and status")
    assert one.code == 0, one.ran()
    first, kept = one.labels(), tmp_path / "kept"
    one.report.rename(kept)
    again = judge(tmp_path, "--provider=octopusx", "-q", "-k", "octopusx/videos and status", f"--evidence={kept}")
    assert again.code == 0, again.ran()
    assert again.labels() == first


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    report = tmp_path_factory.mktemp("run")
    live("gptge", report)
    return report


def test_a_run_is_judged_again_without_a_key_by_the_provider_that_it_is_of(run: Path) -> None:
    assert set(again(run).values()) == {Label.CONFORMS}
    assert again(run) == again(run, "all") == again(run, "gptge")


def test_a_zip_of_a_run_and_a_folder_of_cassettes_are_evidence_too(run: Path, tmp_path: Path) -> None:
    packed = shutil.make_archive(str(tmp_path / "artefact"), "zip", run)
    assert again(Path(packed)) == again(run)
    with closing(prepare(RunOptions(providers=["gptge"]), {})) as recorded:
        assert again(Path("cassettes/gptge")) == labels_of(recorded)


def without_lines(wanted: Callable[[dict[str, object]], bool]) -> Callable[[Path], None]:
    def damage(file: Path) -> None:
        kept = [line for line in file.read_text("utf-8").splitlines(True) if not wanted(json.loads(line))]
        file.write_text("".join(kept), "utf-8")

    return damage


def cut_in_a_line(file: Path) -> None:
    text = file.read_text("utf-8")
    file.write_text(text[: text.rindex('"probe": "observe"') + 40], "utf-8")


DAMAGES = {
    "an exchange in the middle": without_lines(lambda line: line.get("probe") == "observe" and line.get("index") == 1),
    "the last exchange": without_lines(
        lambda line: line.get("probe") == "observe" and line.get("kind") == "exchange" and line.get("index", 0) >= 3  # type: ignore[operator]
    ),
    "a whole probe": without_lines(lambda line: line.get("probe") == "observe"),
    "the end of a line": cut_in_a_line,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_was_lost_is_inconclusive_and_never_unseen(
    damage: Callable[[Path], None], run: Path, tmp_path: Path
) -> None:
    copied = Path(shutil.copytree(run, tmp_path / "copy"))
    damage(copied / "evidence.jsonl")
    labels = again(copied)
    assert Label.INCONCLUSIVE in labels.values() or labels == again(run)
    assert not {Label.UNSEEN, Label.FAILS, Label.DEVIATES, Label.ERRORED} & set(labels.values())
    with closing(prepare(RunOptions(evidence=[copied]), {})) as session:
        labels_of(session)
        assert any(
            "not in evidence.jsonl any more" in told or "kept nothing" in told for told in session.why_incomplete()
        )


def test_what_redaction_took_is_no_fault(run: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(run, tmp_path / "copy"))
    file = copied / "evidence.jsonl"
    file.write_text(
        file.read_text("utf-8").replace('\\"object\\": \\"video\\"', '\\"object\\": \\"REDACTED\\"'), "utf-8"
    )
    assert Label.INCONCLUSIVE in again(copied).values()
    assert Label.FAILS not in again(copied).values()


def a_pipe(folder: Path, run: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def a_line_without_an_end(folder: Path, run: Path) -> Path:
    with (folder / "long.jsonl").open("wb") as file:
        file.write((run / "evidence.jsonl").read_bytes())
        # Of what is left out nothing is written: a line of zeros, as long as it says.
        file.truncate(65 << 20)
    return folder / "long.jsonl"


def a_zip_in_pieces(folder: Path, run: Path) -> Path:
    packed = Path(shutil.make_archive(str(folder / "cut"), "zip", run))
    content = bytearray(packed.read_bytes())
    at = content.index(b"evidence.jsonl") + 200
    content[at : at + 100] = bytes(100)
    packed.write_bytes(bytes(content))
    return packed


UNREADABLE: dict[str, Callable[[Path, Path], Path]] = {
    "a pipe": a_pipe,
    "a device": lambda folder, run: Path("/dev/zero"),
    "a line without an end": a_line_without_an_end,
    "a zip in pieces": a_zip_in_pieces,
}


@pytest.mark.parametrize("made", UNREADABLE.values(), ids=UNREADABLE)
def test_what_has_no_end_or_is_broken_is_refused(made: Callable[[Path, Path], Path], run: Path, tmp_path: Path) -> None:
    with pytest.raises(BadOption, match=r"--evidence=.*: expected what can be read"):
        again(made(tmp_path, run))


def test_a_body_that_is_no_base64_is_lost_and_ends_nothing(run: Path, tmp_path: Path) -> None:
    copied = Path(shutil.copytree(run, tmp_path / "copy"))
    lines = [json.loads(line) for line in (copied / "evidence.jsonl").read_text("utf-8").splitlines()]
    broken = next(line for line in lines if line.get("probe") == "observe" and line.get("index") == 1)
    broken["reply"]["body"] = {"base64": "*"}
    (copied / "evidence.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    labels = again(copied)
    assert not {Label.UNSEEN, Label.FAILS, Label.DEVIATES, Label.ERRORED} & set(labels.values())
    with closing(prepare(RunOptions(evidence=[copied]), {})) as session:
        labels_of(session)
        assert any("not in evidence.jsonl any more" in told for told in session.why_incomplete())


@pytest.mark.slow
def test_the_header_says_whose_replies_are_judged_again_and_that_nothing_is_sent(run: Path, tmp_path: Path) -> None:
    for kept in (run, Path("cassettes/gptge").resolve()):
        out = judge(tmp_path, f"--evidence={kept}", "-k", "status").out
        (line,) = [line for line in out.splitlines() if line.startswith("vidconform: gptge: ")]
        assert line.startswith("vidconform: gptge: judged again, EMULATED evidence of 20")
        assert line.endswith(": not the vendor's replies but our emulator's; nothing is sent")
