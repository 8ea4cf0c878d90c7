"""A body in a coding that nobody here can undo: its headers are judged, and the rest is inconclusive and says why."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.support.processes import KEYS, judge_inside, live
from vidconform.emulator.replies import ReplyContext
from vidconform.emulator.server import running

pytest_plugins = ["pytester"]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, br", "aes128gcm"])
def test_a_body_that_cannot_be_decoded_is_nobody_s_fault(coding: str, pytester: pytest.Pytester) -> None:
    asked: list[str] = []

    def code(reply: ReplyContext) -> None:
        asked.append({name.lower(): value for name, value in reply.sent_headers.items()}.get("accept-encoding", ""))
        reply.headers["content-encoding"] = coding
        reply.body = b"\x0b\x02\x80{}\x03"

    with running("gptge", change=code, environ=KEYS) as emulator:
        run = judge_inside(pytester, *live(emulator), "--max-creations=0", **KEYS)
    assert run.code == 6, run.ran()
    assert set(asked) == {"gzip, deflate"}
    labels = run.labels()
    assert "fails" not in labels.values(), labels
    assert "deviates" not in labels.values(), labels
    assert (labels["retrieve-route"], labels["replies-are-json"]) == ("conforms", "inconclusive")
    assert labels["id-type"] == "inconclusive"
    named = coding.removeprefix("gzip, ")
    told = [row["received"] for row in run.verdicts.values() if row["reading"] == "inconclusive"]
    assert told
    assert all(f"coded with {named}, which is not read here" in one or f"coding {named}, which" in one for one in told)


@pytest.mark.slow
def test_the_same_bodies_in_a_coding_that_is_asked_for_conform(pytester: pytest.Pytester) -> None:
    def code(reply: ReplyContext) -> None:
        reply.headers["content-encoding"] = "gzip"
        body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        reply.body = gzip.compress(body)

    with running("gptge", change=code, environ=KEYS) as emulator:
        run = judge_inside(pytester, *live(emulator), "--max-creations=0", **KEYS)
    assert "fails" not in run.labels().values(), run.ran()
    assert "the body of" not in run.ran()
