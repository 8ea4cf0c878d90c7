"""A recording gives the verdicts that the service got, whatever the service did and whatever is asked for first."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.live_cases import cases, live
from tests.support.processes import KEYS, PROVIDERS, copy_of
from vidconform.emulator.replies import ReplyContext
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.run.session import Session

Rows = dict[tuple[str, str, str], dict[str, Any]]
STUCK = "video_68f082321ed08193a4eaf01376fa10bc0284bd663de64dc5"


def judged(session: Session, *addresses: str, order: random.Random | None = None) -> Rows:
    """Return verdicts without where and when they were read, and the run's shortcomings as one more."""
    found = cases(session)
    rows: Rows = {}
    for case in order.sample(found, len(found)) if order else found:
        row = session.judge(case).as_dict()
        row["evidence"] = [(each["probe"], each["exchange"], each["pointer"]) for each in row["evidence"]]
        rows[row["contract"], row["requirement"], row["subject"]] = row
    rows["", "", "shortcomings"] = {"all": sorted(session.why_incomplete())}
    return {key: {name: _somewhere(value, addresses) for name, value in row.items()} for key, row in rows.items()}


def _somewhere(value: Any, addresses: tuple[str, ...]) -> Any:
    for address in addresses:
        value = value.replace(address, "http://somewhere") if isinstance(value, str) else value
    return value


def recording(provider: str, folder: Path, **facts: Any) -> Rows:
    """Run live, record, and return the verdicts."""
    options = {"record_mode": "rewrite", **facts.pop("options", {})}
    with live(provider, folder=folder, options=options, **facts) as run:
        return judged(run.session, run.emulator.url)


def replayed(folder: Path, order: random.Random | None = None, fuzz: int = 0) -> Rows:
    """Judge a recording, without a key and without a network."""
    session = prepare(RunOptions(providers=[str(folder)], fuzz=fuzz), {})
    (served,) = session.provider_runs
    return judged(session, served.base_url, f"http://{served.provider.name}.emulator.invalid", order=order)


def outcomes(rows: Rows) -> set[str]:
    return {row["outcome"] for (_, _, subject), row in rows.items() if subject == "service"}


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_replay_gives_the_verdicts_of_the_live_run(provider: str, tmp_path: Path) -> None:
    folder = copy_of(provider, tmp_path, cassettes=False)
    rows = recording(provider, folder)
    assert rows == replayed(folder)
    assert rows == replayed(folder, random.Random(7))
    assert "met" in outcomes(rows) <= {"met", "unseen"}
    assert rows["", "", "shortcomings"] == {"all": []}


@pytest.mark.slow
def test_a_replay_asks_again_for_what_was_generated(tmp_path: Path) -> None:
    folder = copy_of("gptge", tmp_path, cassettes=False)
    rows = recording("gptge", folder, options={"fuzz": 5})
    assert rows == replayed(folder, fuzz=5)
    assert "met" in {row["outcome"] for (_, requirement, _), row in rows.items() if requirement.startswith("any-")}


def breaks_json(reply: ReplyContext) -> None:
    if reply.shows_task:
        reply.say(b'{"id": "\xff')


def answers_in_html(reply: ReplyContext) -> None:
    reply.say(b"<html>\r\n\x00\x85\xe2\x80\xa8</html>", reply.status, "text/html")


def answers_in_a_coding_of_its_own(reply: ReplyContext) -> None:
    reply.headers["content-encoding"] = "br"


def answers_at_length(reply: ReplyContext) -> None:
    if reply.task is not None and reply.task.reads == 1:
        reply.body["model"] = "x" * (9 << 20)


def is_busy(reply: ReplyContext) -> None:
    if reply.asked == STUCK:
        reply.refuse(503, "come back later", "busy")


def never_ends(reply: ReplyContext) -> None:
    if reply.shows_task:
        reply.body["status"] = "in_progress"


def knows_nobody(reply: ReplyContext) -> None:
    reply.refuse(404, "video not found", "not_found")


# What a service does, an outcome that it leads to, and the start of a shortcoming of the run.
WAYS = [
    (breaks_json, "unmet", ""),
    (answers_in_html, "unmet", "gptge/videos: not one documented success was seen"),
    # What we cannot read, and what was cut by us, is not held against anybody.
    (answers_in_a_coding_of_its_own, "inconclusive", "gptge/videos: the body of the reply to GET"),
    (answers_at_length, "met", "gptge/videos: the reply to GET"),
    (is_busy, "met", f"gptge/videos: GET /v1/videos/{STUCK} was answered with 503"),
    (never_ends, "inconclusive", f"gptge/videos: task {STUCK} was still 'in_progress' after 0.3 s; raise --poll-ti"),
    (knows_nobody, "unseen", "gptge/videos: not one documented success was seen"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("way", "outcome", "shortcoming"), WAYS)
def test_a_replay_of_a_service_at_fault_gives_the_same_verdicts(
    way: Any, outcome: str, shortcoming: str, tmp_path: Path
) -> None:
    folder = copy_of("gptge", tmp_path, cassettes=False)
    rows = recording("gptge", folder, change=way, options={"poll_timeout": 0.3 if way is never_ends else 20})
    assert rows == replayed(folder)
    recorded = "".join(file.read_text("utf-8") for file in (folder / "cassettes").rglob("*.yaml"))
    assert way is not is_busy or "come back later" in recorded, "the trouble itself is kept"
    assert outcome in outcomes(rows)
    assert "errored" not in outcomes(rows)
    told = "\n".join(rows["", "", "shortcomings"]["all"])
    assert told.startswith(shortcoming)
    assert bool(told) == bool(shortcoming)


def quotes_the_key(reply: ReplyContext) -> None:
    key = reply.sent_headers.get("authorization", "") or reply.sent_headers.get("token", "")
    reply.headers |= {"set-cookie": f"session={key}", "x-echo": quote(key)}
    if isinstance(reply.body, dict):
        coded = base64.b64encode(key.encode()).decode()
        reply.body["echo"] = [key, key.partition(" ")[2], coded, {key: json.dumps(key)}]


@pytest.mark.slow
@pytest.mark.parametrize("provider", PROVIDERS)
def test_no_key_is_in_what_a_recording_wrote(provider: str, tmp_path: Path) -> None:
    folder = copy_of(provider, tmp_path, cassettes=False)
    recording(provider, folder, change=quotes_the_key)
    written = b"".join(path.read_bytes() for path in (folder / "cassettes").rglob("*.yaml"))
    assert b"REDACTED" in written
    for key in KEYS.values():
        # Long enough to be no accident, short enough to show through an encoding of the rest.
        assert key[-9:].encode() not in written
        assert base64.b64encode(key.encode())[4:-4] not in written
