"""What the body of a 2xx reply makes of its status code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.small_provider import answers, operation, write
from vidconform.cli import main
from vidconform.contracts.body_status import BodyStatus

NESTED = BodyStatus("/base/code", (0,), {"1004": 401, "2013": 400, "1002": 429})
LIKE_HTTP = BodyStatus("/code", (200, "200"), {})
YES_OR_NO = BodyStatus("/success", (True,), {"false": 422})


@pytest.mark.parametrize(
    ("told", "body", "meant"),
    [
        (NESTED, {"base": {"code": 0}}, 200),
        (NESTED, {"base": {"code": 1004}}, 401),
        (NESTED, {"base": {"code": "1002"}}, 429),
        (NESTED, {"base": {"code": 7}}, 400),
        (NESTED, {"base": {"code": -1}}, 400),
        (NESTED, {"base": {"code": [1004]}}, 400),
        (NESTED, {"base": {"code": None}}, 200),
        (NESTED, {"base": "1004"}, 200),
        (NESTED, {}, 200),
        (NESTED, [1004], 200),
        (LIKE_HTTP, {"code": 200}, 200),
        (LIKE_HTTP, {"code": 404}, 404),
        (LIKE_HTTP, {"code": "503"}, 503),
        (LIKE_HTTP, {"code": 4040}, 400),
        (LIKE_HTTP, {"code": 302}, 400),
        (LIKE_HTTP, {"code": "²04"}, 400),
        (YES_OR_NO, {"success": True}, 200),
        (YES_OR_NO, {"success": False}, 422),
        (YES_OR_NO, {"success": 1}, 400),
    ],
)
def test_a_code_stands_for_a_status_code(told: BodyStatus, body: Any, meant: int) -> None:
    assert told.meant(200, body) == meant


@given(st.integers(300, 599), st.sampled_from([0, 1004, 7, None]))
def test_a_reply_that_is_no_success_means_what_it_says(status: int, code: Any) -> None:
    assert NESTED.meant(status, {"base": {"code": code}}) == status


@given(st.sampled_from([NESTED, LIKE_HTTP, YES_OR_NO]), st.integers(200, 599))
def test_a_code_that_is_given_for_a_status_code_stands_for_it(told: BodyStatus, status: int) -> None:
    code = told.code_for(status)
    body = {told.place.split("/")[1]: code if told is not NESTED else {"code": code}}
    expected = 200 if status < 300 else status
    assert code is None or told.meant(200, body) == expected
    assert type(code) in (type(None), type(told.served[0]))


@pytest.mark.parametrize(
    ("stated", "sentence"),
    [
        ({"place": "code", "served": [0]}, "x-status-in-body.place"),
        ({"place": "/code"}, "served"),
        ({"place": "/code", "served": []}, "x-status-in-body.served"),
        ({"place": "/code", "served": [0], "codes": {"1": 200}}, "x-status-in-body.codes"),
        ({"place": "/code", "served": [0], "code": {}}, "unknown key 'code'"),
        ({"place": "/code", "served": [0], "codes": {"0": 400}}, "0 is served as well"),
    ],
)
def test_what_is_wrong_with_it_is_said_with_its_place(
    stated: Any, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = {"/v1/videos/{id}": {"get": operation("retrieve", answers(("200", "task.schema.json")))}}
    folder = write(tmp_path, paths, {}, {})
    page = folder / "videos" / "openapi.yaml"
    document = json.loads(page.read_text("utf-8"))
    page.write_text(json.dumps({**document, "x-status-in-body": stated}), "utf-8")
    assert main(["list", str(folder)]) == 4
    assert sentence in capsys.readouterr().err


def test_a_code_that_tells_the_status_code_is_compared_with_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = {"properties": {"code": {"x-role": "status-code"}, "text": {"x-requirement": "text-type"}}}
    replies = answers(("200", "task.schema.json"), ("404", "error.schema.json"))
    paths = {"/v1/videos/{id}": {"get": operation("retrieve", replies)}}
    rows = {"text-type": "MUST", "refusal-repeats-its-status-code": "MUST"}
    folder = write(tmp_path, paths, {"error.schema.json": refusal}, rows)
    page = folder / "videos" / "openapi.yaml"
    document = json.loads(page.read_text("utf-8"))
    assert main(["list", str(folder)]) == 0
    page.write_text(json.dumps({**document, "x-status-in-body": {"place": "/code", "served": [200]}}), "utf-8")
    assert main(["list", str(folder)]) == 4
    assert "refusal-repeats-its-status-code cannot fail" in capsys.readouterr().err
