"""A creation is written down before it is paid for, and a task that a run left unfinished is gone on with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.live_cases import cases
from tests.support.processes import KEYS, QUICK, copy_of, judge_inside, live
from tests.support.rawserver import serving
from tests.support.vendors import silent
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import Running, running
from vidconform.errors.error_types import DataFileProblem
from vidconform.exchange.evidence import Evidence
from vidconform.ledger.creation_lines import read_creations
from vidconform.ledger.creations_file import CreationsFile
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session

pytest_plugins = ["pytester"]

VIDEOS = "octopusx/videos"
KNOWN = "video_abc123"
# The first read of a task comes after so many seconds.
AT_ONCE = 1e-9


class Service:
    """An emulator of octopusx whose replies to creations a test may change, and that remembers what it was sent."""

    def __init__(self) -> None:
        self.posts: list[ReplyContext] = []
        self.emulator: Running

    def change(self, reply: ReplyContext) -> None:
        if reply.method == "POST":
            self.answer(reply)
            self.posts.append(reply)

    def answer(self, reply: ReplyContext) -> None:
        """Change the reply to a creation."""

    def run(self, folder: Path | None, **options: Any) -> Session:
        chosen = {"poll_interval": 0, "poll_timeout": 20, "fuzz": 0, "task_ids": (), **options}
        run = RunOptions(["octopusx"], live=True, provider_url=self.emulator.url, report=folder, **chosen)
        return prepare(run, KEYS)

    def bring(self, folder: Path | None, probe: str = "create", ended: bool = True, **options: Any) -> Evidence:
        """Return what one probe of a run brings, of one that is not `ended` when the run was killed thereafter."""
        session = self.run(folder, **options)
        contract = next(contract for contract in session.contracts if contract.id == VIDEOS)
        try:
            return session.store_of(contract).evidence(contract, probe)
        finally:
            session.close(ended)


@pytest.fixture
def service() -> Iterator[Service]:
    found = Service()
    with running("octopusx", environ=KEYS, change=lambda reply: found.change(reply)) as found.emulator:
        yield found


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "creations.jsonl").read_text("utf-8").splitlines()]


def states(folder: Path) -> list[tuple[str, str]]:
    return [(c.probe, c.state) for c in read_creations(folder / "creations.jsonl").values()]


def test_a_creation_is_written_down_before_it_is_sent(service: Service, tmp_path: Path) -> None:
    seen: list[list[dict[str, Any]]] = []
    service.answer = lambda reply: seen.append(lines(tmp_path))  # type: ignore[method-assign]
    service.bring(tmp_path)
    (before,) = seen
    assert [line["kind"] for line in before] == ["creations", "sent"]
    assert before[0]["format"] == "vidconform/creations@2"
    assert before[1]["request"] == "POST /v1/videos"
    assert [line["kind"] for line in lines(tmp_path)[2:]] == ["created", "finished", "ended"]
    assert KEYS["OCTOPUSX_API_KEY"].encode() not in (tmp_path / "creations.jsonl").read_bytes()


def test_without_a_report_nothing_is_written_where_the_run_is_started(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert len(service.bring(None).exchanges) > 2
    assert list(tmp_path.rglob("*")) == []


def test_a_task_that_was_not_finished_is_followed_and_not_created_again(service: Service, tmp_path: Path) -> None:
    first = service.bring(tmp_path, poll_timeout=AT_ONCE)
    assert first.is_cut
    assert states(tmp_path) == [("create", "created")]
    resumed = service.bring(tmp_path, resume=True)
    assert len(service.posts) == 1
    assert resumed.exchanges[0] == first.exchanges[0]
    assert resumed.exchanges[0].origin == "emulated"
    assert [e.step for e in resumed.exchanges[1:]] == ["poll"] * (len(resumed.exchanges) - 3) + ["reread", "reread"]
    assert {e.task_id for e in resumed.exchanges[1:]} == {lines(tmp_path)[2]["task_id"]}
    assert states(tmp_path) == [("create", "finished")]


def test_what_was_finished_is_created_anew(service: Service, tmp_path: Path) -> None:
    for _ in range(2):
        service.bring(tmp_path, resume=True)
    assert len(service.posts) == 2
    assert states(tmp_path) == [("create", "finished")] * 2


def test_what_a_killed_run_had_finished_is_not_paid_for_twice_either(service: Service, tmp_path: Path) -> None:
    killed = service.bring(tmp_path, ended=False)
    resumed = service.bring(tmp_path, resume=True)
    assert len(service.posts) == 1
    assert resumed.exchanges[0] == killed.exchanges[0]
    assert [e.step for e in resumed.exchanges[1:]] == ["poll", "reread", "reread"]
    service.bring(tmp_path, resume=True)
    assert len(service.posts) == 2


def test_an_ordinary_run_settles_what_a_killed_one_had_finished(service: Service, tmp_path: Path) -> None:
    service.bring(tmp_path, ended=False)
    service.bring(tmp_path)
    service.bring(tmp_path, resume=True)
    assert len(service.posts) == 3


def test_a_task_that_cannot_be_finished_is_resumed_again(service: Service, tmp_path: Path) -> None:
    for _ in range(3):
        service.bring(tmp_path, poll_timeout=AT_ONCE, resume=True)
    assert len(service.posts) == 1
    assert states(tmp_path) == [("create", "created")]


def test_a_resumed_creation_costs_no_creation(service: Service, tmp_path: Path) -> None:
    service.bring(tmp_path, poll_timeout=AT_ONCE)
    session = service.run(tmp_path, resume=True, max_creations=0)
    store = session.provider_runs[0].store
    evidence = store.evidence(next(c for c in session.contracts if c.id == VIDEOS), "create")
    session.close()
    assert evidence.gaps == ()
    assert session.costs()["octopusx"]["creations"] == 0


def test_a_remix_is_resumed_with_its_source(service: Service, tmp_path: Path) -> None:
    given: dict[str, Any] = {"task_ids": [f"videos={KNOWN}"], "max_creations": 1}
    first = service.bring(tmp_path, "observe", **given)
    assert first.exchanges[-1].step == "reread"
    service.bring(tmp_path, "remix", **given, poll_timeout=20)
    cut = service.run(tmp_path, **given)
    contract = next(c for c in cut.contracts if c.id == VIDEOS)
    cut.store_of(contract).evidence(contract, "observe")
    # The source is known by now; the wait for the remix is over at once.
    cut.provider_runs[0].store.source.setting.pace = type(cut.provider_runs[0].store.source.setting.pace)(0, AT_ONCE)
    remixed = cut.store_of(contract).evidence(contract, "remix")
    cut.close()
    assert remixed.is_cut
    assert states(tmp_path) == [("remix", "finished"), ("remix", "created")]
    resumed = service.bring(tmp_path, "remix", resume=True)
    assert resumed.exchanges[0] == remixed.exchanges[0]
    assert resumed.notes["finished"] == KNOWN
    assert len(service.posts) == 2
    assert states(tmp_path) == [("remix", "finished")] * 2


@pytest.mark.parametrize("other", [{"contract": "octopusx/another"}, {"probe": "remix"}, {"base_url": "http://x.test"}])
def test_a_task_of_something_else_is_left_alone(other: dict[str, str], service: Service, tmp_path: Path) -> None:
    service.bring(tmp_path, poll_timeout=AT_ONCE)
    file = tmp_path / "creations.jsonl"
    changed = [{**line, **{k: v for k, v in other.items() if k in line}} for line in lines(tmp_path)]
    file.write_text("".join(json.dumps(line) + "\n" for line in changed))
    service.bring(tmp_path, resume=True)
    assert len(service.posts) == 2
    assert [state for _, state in states(tmp_path)] == ["created", "finished"]


def test_a_task_that_is_gone_is_judged_and_not_resumed_again(service: Service, tmp_path: Path) -> None:
    service.bring(tmp_path, poll_timeout=AT_ONCE)
    service.emulator.server_state.stores["videos"]._tasks.clear()
    session = service.run(tmp_path, resume=True)
    judged = {c.requirement.id: session.judge(c) for c in cases(session) if c.contract.id == VIDEOS}
    session.close()
    assert "404" in judged["retrieve-route"].received
    assert judged["retrieve-route"].label == "fails"
    assert states(tmp_path)[0] == ("create", "finished")


@pytest.mark.slow
def test_content_too_early_is_not_asked_of_a_resumed_task(service: Service, tmp_path: Path) -> None:
    service.bring(tmp_path, poll_timeout=AT_ONCE)
    session = service.run(tmp_path, resume=True)
    judged = {c.requirement.id: session.judge(c) for c in cases(session) if c.contract.id == VIDEOS}
    session.close()
    early = judged["early-content-is-refused"]
    assert (early.label, early.expected) == (
        "unseen",
        "a reply that shows it; this run went on with a task, and one that creates its own asks more",
    )
    assert judged["create-route"].label == judged["terminal-status-is-final"].label == "conforms"


def refuse(reply: ReplyContext) -> None:
    reply.status, reply.body = 400, {"error": {"message": "no"}}


def break_down(reply: ReplyContext) -> None:
    reply.status, reply.body = 500, b"oops"


def name_nothing(reply: ReplyContext) -> None:
    reply.body = {"status": "queued"}


@pytest.mark.parametrize(
    ("answer", "probe", "state"),
    [
        (refuse, "create", "nothing"),
        (break_down, "create", "lost"),
        (name_nothing, "create", "lost"),
        (lambda reply: None, "create-without-model", "nothing"),
        (break_down, "create-without-model", "lost"),
    ],
)
def test_what_comes_to_no_task_is_not_resumed(
    answer: Any, probe: str, state: str, service: Service, tmp_path: Path
) -> None:
    service.answer = answer  # type: ignore[method-assign]
    service.bring(tmp_path, probe)
    assert states(tmp_path) == [(probe, state)]
    service.bring(tmp_path, probe, resume=True)
    # What may have been charged is not paid for once more before the user has heard of it.
    assert len(service.posts) == (1 if state == "lost" else 2)


def test_a_task_that_should_not_have_been_created_is_written_down(service: Service, tmp_path: Path) -> None:
    def accept(reply: ReplyContext) -> None:
        if reply.again is not None and reply.status == 400:
            again, _ = reply.again(frozenset({"body"}))
            reply.status, reply.body = again.status, again.body

    service.answer = accept  # type: ignore[method-assign]
    service.bring(tmp_path, "create-without-model")
    assert service.emulator.creations == 1
    (created,) = read_creations(tmp_path / "creations.jsonl").values()
    assert created.state == "accepted"
    assert created.task_id == service.posts[0].body["id"]


def test_a_creation_that_cannot_be_written_down_is_not_sent(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    evidence = service.bring(tmp_path)
    assert service.posts == []
    assert [gap.kind for gap in evidence.gaps] == ["unseen"]
    assert evidence.gaps[0].sentence.endswith("creations.jsonl cannot be written: No space left on device")


def test_a_line_that_was_cut_in_writing_stays_and_says_nothing(service: Service, tmp_path: Path) -> None:
    service.bring(tmp_path, poll_timeout=AT_ONCE)
    file = tmp_path / "creations.jsonl"
    file.write_bytes(file.read_bytes() + b'{"kind": "finished", "number": 1, "con')
    assert states(tmp_path) == [("create", "created")]
    service.bring(tmp_path, resume=True)
    kept = file.read_text("utf-8").splitlines()
    assert kept[4] == '{"kind": "finished", "number": 1, "con'
    assert [json.loads(line)["kind"] for line in kept[5:]] == ["finished", "ended"]
    assert states(tmp_path) == [("create", "finished")]


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda found: found[1:], "does not begin with a line of vidconform/creations@2"),
        (
            lambda found: [{**found[0], "format": "vidconform/creations@3"}],
            "line 1: format: expected one of",
        ),
        (
            lambda found: [*found, {**found[1], "colour": "red"}],
            "line 5: unknown key 'colour'; the valid keys are",
        ),
        (lambda found: [*found, {"kind": "paid"}], "line 5: kind: expected one of creations, sent, created,"),
        (lambda found: [*found, []], "line 5: expected an object, found an array"),
        (lambda found: [found[0], found[2]], "line 2: created: creation 1 was never sent"),
        (lambda found: [*found, {**found[1], "number": True}], "line 5: number: expected an integer, found 'True'"),
        (lambda found: [*found[:2], {**found[2], "exchange": {}}], "line 3: exchange: step is missing"),
        (
            lambda found: [*found[:2], {k: v for k, v in found[2].items() if k != "task_id"}],
            "line 3: task_id is",
        ),
    ],
)
def test_a_file_that_is_not_ours_is_refused_with_the_place(
    damage: Any, problem: str, service: Service, tmp_path: Path
) -> None:
    service.bring(tmp_path, poll_timeout=AT_ONCE)
    damaged = damage(lines(tmp_path))
    (tmp_path / "creations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in damaged))
    with pytest.raises(DataFileProblem) as raised:
        CreationsFile(tmp_path)
    assert problem in str(raised.value)


@pytest.mark.parametrize("content", [b"{\n", b"\xff\n", b"\n\n", b"[" * 100_000 + b"\n"])
def test_what_is_no_json_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "creations.jsonl").write_bytes(content)
    with pytest.raises(DataFileProblem, match=r"creations\.jsonl: is no vidconform/creations@2|does not begin"):
        CreationsFile(tmp_path)


@pytest.mark.slow
def test_a_run_says_what_it_leaves_and_the_next_one_goes_on(service: Service, pytester: pytest.Pytester) -> None:
    words = [*live(service.emulator, tasks=False), "-k", "octopusx/videos and (test_status or test_creation)"]
    first = judge_inside(pytester, *words, "--poll-timeout=0.000001", **KEYS)
    task, file = service.posts[-1].body["id"], first.report / "creations.jsonl"
    named = f"octopusx/videos create, task {task} sent at "
    assert first.code == 6, first.ran()
    assert f"unfinished: {named}" in first.out
    assert (
        f"; --resume --report={first.report} follows it and pays nothing for it; a run without --resume pays again\n"
        in first.out
    )

    written = file.read_bytes()
    planned = judge_inside(pytester, *words, "--resume", "--max-creations=0", "--plan", **KEYS)
    assert "  octopusx/videos  create  paid  3 to " in planned.out
    assert "; 0 creations; 0.00 USD\n" in planned.out
    assert service.emulator.requests == first.end["cost"]["octopusx"]["requests"]
    assert file.read_bytes() == written

    second = judge_inside(pytester, *words, "--resume", "--max-creations=0", **KEYS)
    assert second.code == 0, second.ran()
    assert f"vidconform: resumes {named}" in second.out
    assert "unfinished" not in second.out
    assert second.end["cost"]["octopusx"]["creations"] == 0
    assert service.emulator.creations == 1

    third = judge_inside(pytester, *words, "--resume", "--max-creations=1", **KEYS)
    assert f"vidconform: nothing to resume for this run in {file}, so this is an ordinary one\n" in third.out
    assert service.emulator.creations == 2


@pytest.mark.slow
def test_an_ordinary_run_into_the_same_folder_keeps_what_is_unfinished(
    service: Service, pytester: pytest.Pytester
) -> None:
    words = [*live(service.emulator, tasks=False), "-k", "octopusx/videos and test_status", "--max-creations=1"]
    first = judge_inside(pytester, *words, "--poll-timeout=0.000001", **KEYS)
    second = judge_inside(pytester, *words, **KEYS)
    file = first.report / "creations.jsonl"
    assert f"vidconform: 1 unfinished task of an earlier run in {file}; --resume follows them\n" in second.out
    assert f"unfinished: octopusx/videos create, task {service.posts[0].body['id']} sent at " in second.out
    assert states(first.report) == [("create", "created"), ("create", "finished")]


TOLD = "came to no task that we know (answered with 500 and no task id); it may be charged: look it up at the vendor\n"


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_lost_creation_is_told_until_it_is_settled(service: Service, pytester: pytest.Pytester) -> None:
    service.answer = break_down  # type: ignore[method-assign]
    words = [*live(service.emulator, tasks=False), "-k", "octopusx/videos and test_status"]
    first = judge_inside(pytester, *words, "--max-creations=1", **KEYS)
    assert "unfinished: octopusx/videos create, a creation was sent at " in first.out
    assert TOLD in first.out
    assert " and 1 creation\n" in first.out
    service.answer = lambda reply: None  # type: ignore[method-assign]
    later = [judge_inside(pytester, *words, "--max-creations=3", **KEYS) for _ in range(2)]
    assert [run.code for run in later] == [0, 0]
    assert all(TOLD in run.out for run in later)
    settled = judge_inside(pytester, *words, "--max-creations=1", "--settle=paid", **KEYS)
    assert (settled.code, TOLD in settled.out) == (0, False), settled.ran()


@pytest.mark.slow
def test_what_was_lost_is_not_paid_for_again_by_a_run_that_resumes(service: Service, pytester: pytest.Pytester) -> None:
    words = [*live(service.emulator, tasks=False), "-k", "octopusx/videos and test_status", "--max-creations=3"]
    service.answer = break_down  # type: ignore[method-assign]
    service.bring(pytester.path / "report", ended=False)
    service.answer = lambda reply: None  # type: ignore[method-assign]
    planned = judge_inside(pytester, *words, "--resume", "--plan", **KEYS)
    assert "not sent: nobody knows what became of the " in planned.out
    held = judge_inside(pytester, *words, "--resume", **KEYS)
    assert (held.code, held.end["cost"]["octopusx"]["creations"]) == (6, 0), held.ran()
    assert "incomplete: octopusx/videos: not sent: nobody knows what became of the creation sent at " in held.out
    assert "; look it up at the vendor and pass --settle=paid or not-made\n" in held.out
    assert judge_inside(pytester, *words, "--resume", "--settle=not-made", **KEYS).code == 0
    assert [post.role for post in service.posts] == ["create", "create", "remix"]


@pytest.mark.slow
def test_a_task_is_promised_to_be_followed_only_from_where_that_is_so(
    service: Service, pytester: pytest.Pytester
) -> None:
    report = pytester.path / "report"
    for _ in range(2):
        service.bring(report, poll_timeout=AT_ONCE)
    first, second = (post.body["id"] for post in service.posts)
    words = ["-k", "octopusx/videos and test_errors", "--max-creations=0"]
    here = judge_inside(pytester, *live(service.emulator), *words, **KEYS)
    lines = {line for line in here.out.splitlines() if line.startswith("unfinished")}
    named = [next(line for line in lines if task in line).partition("; ")[2] for task in (first, second)]
    assert named == [
        f"a later one is resumed, --task-id=videos={first} reads this",
        f"--resume --report={report} follows it and pays nothing for it; a run without --resume pays again",
    ]
    with running("octopusx", environ=KEYS) as another:
        elsewhere = judge_inside(pytester, *live(another), *words, **KEYS)
    follows = f"--resume --report={report} --provider-url={service.emulator.url} follows it and pays nothing for it"
    assert f"; {follows}; a run without --resume pays again\n" in elsewhere.out


def test_a_task_of_another_provider_is_not_to_be_followed_with_the_key_of_this_one(
    service: Service, pytester: pytest.Pytester
) -> None:
    report = pytester.path / "report"
    service.bring(report, poll_timeout=AT_ONCE)
    with running("gptge", environ=KEYS) as another:
        words = ["--provider=gptge", "--live", f"--provider-url={another.url}", *QUICK, "-k", "test_errors"]
        run = judge_inside(pytester, *words, **KEYS)
    whose = f"--provider=octopusx in a run of its own, with --provider-url={service.emulator.url}"
    assert (
        f"; --resume --report={report} {whose} follows it and pays nothing for it; a run without --resume pays again\n"
        in run.out
    )


def test_a_damaged_file_ends_the_run_before_anything_is_sent(service: Service, pytester: pytest.Pytester) -> None:
    report = pytester.path / "report"
    report.mkdir()
    (report / "creations.jsonl").write_text("{}\n")
    run = judge_inside(pytester, *live(service.emulator), "--resume", **KEYS)
    assert run.code == 4
    assert "creations.jsonl: does not begin with a line of vidconform/creations@2" in run.err
    assert service.emulator.requests == 0


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_recording_of_a_resumed_run_gives_the_same_verdicts(
    service: Service, pytester: pytest.Pytester, tmp_path: Path
) -> None:
    provider = copy_of("octopusx", tmp_path, cassettes=False)
    words = [word for word in live(service.emulator)[1:] if word != "--live"]
    words = [f"--provider={provider}", *words, "--record-mode=rewrite", "--max-creations=1"]
    judge_inside(pytester, *words, "--poll-timeout=0.000001", **KEYS)
    assert service.emulator.creations == 1
    recorded = judge_inside(pytester, *words, "--resume", **KEYS)
    assert service.emulator.creations == 2, "the remix"
    labels = {key: (row["reading"], row["expected"]) for key, row in recorded.verdicts.items()}
    replayed = judge_inside(pytester, f"--provider={provider}", "--fuzz=0")
    assert replayed.code == recorded.code == 0, replayed.ran()
    assert {key: (row["reading"], row["expected"]) for key, row in replayed.verdicts.items()} == labels


def test_a_creation_that_a_silent_service_may_have_heard_stays_counted_and_is_lost(tmp_path: Path) -> None:
    chosen: dict[str, Any] = {"report": tmp_path, "fuzz": 0, "request_timeout": 0.3}
    with serving(silent) as server:
        session = prepare(RunOptions(["octopusx"], live=True, provider_url=server.url, **chosen), KEYS)
        contract = next(contract for contract in session.contracts if contract.id == VIDEOS)
        session.store_of(contract).evidence(contract, "create")
        session.close()
    assert [asked.method for asked in server.asked] == ["POST"]
    assert session.costs()["octopusx"]["creations"] == 1
    assert states(tmp_path) == [("create", "lost")]


def test_a_creation_that_names_its_task_under_the_other_role_alone_is_followed(
    service: Service, tmp_path: Path
) -> None:
    service.answer = lambda reply: reply.body.pop("id")  # type: ignore[method-assign]
    evidence = service.bring(tmp_path)
    assert "poll" in {exchange.step for exchange in evidence.exchanges}
    created = next(line for line in lines(tmp_path) if line["kind"] == "created")
    assert created["task_id"] == service.posts[0].body["task_id"]
    assert states(tmp_path) == [("create", "finished")]
