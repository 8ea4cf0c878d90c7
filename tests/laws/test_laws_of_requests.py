"""The laws about requests and their replies, one by one: which codes, types and bytes keep them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.reply_views import BY_ID, ends, received, view
from vidconform.contracts.operations import usual_headers
from vidconform.laws.generated_replies import GeneratedReplies
from vidconform.laws.reply_view import ReplyView
from vidconform.laws.subjects import Creation, EachCredential, Refused, Subject

VIDEOS, OPEAI = BY_ID["octopusx/videos"], BY_ID["opeai/videos"]
SENT = {"model": "sora-2", "prompt": "a cat", "seconds": "5"}


def of_type(media_type: str) -> tuple[tuple[str, str], ...]:
    return (("content-type", media_type),)


def refused(code: int, step: str = "unknown-task", **facts: Any) -> Refused:
    return Refused(VIDEOS, [view(VIDEOS, facts.pop("body", {}), code, step=step, asked="video_1", **facts)])


def served(*codes: int) -> Subject:
    return Subject(VIDEOS, [view(VIDEOS, {}, code, asked="video_1") for code in codes])


# --- authentication


@pytest.mark.parametrize(
    ("code", "elsewhere", "end"),
    [
        (200, False, "held"), (404, False, "held"), (400, True, "held"), (402, True, "held"), (500, True, "held"),
        (401, True, "broken"), (403, True, "undecided"), (401, False, "undecided"), (403, False, "undecided"),
    ],
)  # fmt: skip
def test_the_documented_credential_is_accepted(code: int, elsewhere: bool, end: str) -> None:
    auth_attempt = Subject(VIDEOS, served(200, code).all)
    auth_attempt.accepted = elsewhere
    assert ends("the_documented_credential_is_accepted", auth_attempt) == end


@pytest.mark.parametrize(
    ("code", "end"),
    [(404, "held"), (403, "held"), (400, "held"), (402, "held"), (401, "undecided"), (200, "unseen"), (500, "broken")],
)
def test_another_account_is_refused_and_its_own_key_is_not(code: int, end: str) -> None:
    assert ends("another_account_is_refused", refused(code, body={"error": {"message": "no"}})) == end


@pytest.mark.parametrize("task", [{"id": "video_1"}, {"status": "queued"}])
def test_another_account_is_shown_no_task(task: dict[str, str]) -> None:
    assert ends("another_account_is_refused", refused(200, body=task)) == "broken"


@pytest.mark.parametrize(("code", "end"), [(401, "held"), (404, "held"), (200, "broken")])
@pytest.mark.parametrize(
    "law", ["a_stranger_is_refused", "another_method_is_refused", "what_cannot_be_served_is_refused"]
)
def test_what_must_be_refused_is_refused(law: str, code: int, end: str) -> None:
    assert ends(law, refused(code)) == end


# --- errors


@pytest.mark.parametrize(
    ("code", "end"),
    [(404, "held"), (400, "broken"), (403, "unseen"), (405, "broken"), (410, "broken"), (401, "unseen"),
     (402, "unseen"), (200, "unseen"), (500, "broken")],
)  # fmt: skip
def test_an_unknown_task_is_not_found(code: int, end: str) -> None:
    assert ends("an_unknown_task_is_not_found", unknown_at_opeai(code)) == end


def test_a_key_that_reads_tasks_is_not_what_an_unknown_task_is_refused_for() -> None:
    for code, end in ((401, "broken"), (402, "unseen"), (403, "broken"), (404, "held")):
        unknown = unknown_at_opeai(code)
        unknown.accepted = True
        assert ends("an_unknown_task_is_not_found", unknown) == end


def unknown_at_opeai(code: int) -> Refused:
    return Refused(OPEAI, [view(OPEAI, {}, code, step="unknown-task", asked="video_1")])


def test_where_a_document_gives_no_code_none_is_wrong() -> None:
    assert ends("an_unknown_task_is_not_found", refused(400)) == "unseen"


@pytest.mark.parametrize(
    ("code", "step", "end"),
    [
        (404, "unknown-task", "held"), (499, "unknown-task", "held"), (302, "unknown-task", "held"),
        (500, "unknown-task", "broken"), (501, "unknown-task", "broken"), (200, "unknown-task", "unseen"),
        (501, "wrong-method", "held"), (500, "wrong-method", "broken"), (502, "wrong-method", "broken"),
        (405, "wrong-method", "held"), (200, "wrong-method", "unseen"),
    ],
)  # fmt: skip
def test_a_bad_request_is_no_server_error(code: int, step: str, end: str) -> None:
    assert ends("a_bad_request_is_no_server_error", refused(code, step)) == end


# --- JSON

TYPES = [
    ("application/json", "held"), ("application/json; charset=utf-8", "held"), ("application/problem+json", "held"),
    ("text/html", "broken"), ("text/json", "broken"), ("", "broken"),
]  # fmt: skip


@pytest.mark.parametrize(("media_type", "end"), TYPES)
def test_json_says_that_it_is_json(media_type: str, end: str) -> None:
    one = view(VIDEOS, {}, headers=of_type(media_type))
    assert ends("a_served_task_is_json", Subject(VIDEOS, [one])) == end
    assert ends("a_refusal_is_json", refused(404, headers=of_type(media_type))) == end


def test_json_is_json_as_far_as_it_was_kept() -> None:
    broken = [view(VIDEOS, body) for body in (b'{"id": ', b"<html>", b"")]
    assert {ends("a_served_task_is_json", Subject(VIDEOS, [one])) for one in broken} == {"broken"}
    assert ends("a_served_task_is_json", Subject(VIDEOS, [view(VIDEOS, b'{"id": ', cut=True)])) == "undecided"
    html = view(VIDEOS, b"<html>", cut=True, headers=of_type("text/html"))
    assert ends("a_served_task_is_json", Subject(VIDEOS, [html])) == "broken"
    assert ends("a_served_task_is_json", Subject(VIDEOS, [])) == "unseen"


def test_a_refusal_of_a_method_need_not_be_json_for_a_router_may_give_it() -> None:
    assert ends("a_refusal_is_json", refused(405, "wrong-method", body=b"<html>")) == "unseen"
    assert ends("a_refusal_is_json", refused(404, body=b"<html>")) == "broken"
    assert ends("a_refusal_is_json", refused(500, body=b"<html>")) == "unseen"
    assert ends("a_refusal_is_json", refused(200, body=b"<html>")) == "unseen"


# --- routes


@pytest.mark.parametrize(
    ("codes", "end"),
    [([200], "held"), ([204], "held"), ([406], "broken"), ([415], "broken"), ([200, 415], "broken"), ([404], "unseen"),
     ([405], "unseen"), ([407], "unseen"), ([414], "unseen"), ([416], "unseen"), ([500], "unseen")],
)  # fmt: skip
def test_the_documented_header_is_accepted(codes: list[int], end: str) -> None:
    assert ends("the_documented_header_is_accepted", served(*codes)) == end


@pytest.mark.parametrize(
    ("codes", "end"),
    [([200], "held"), ([201], "broken"), ([299], "broken"), ([200, 202], "broken"), ([404], "unseen"),
     ([199], "unseen"), ([404, 200], "held")],
)  # fmt: skip
def test_success_has_the_documented_status_code(codes: list[int], end: str) -> None:
    assert ends("success_has_the_documented_status_code", served(*codes)) == end


@pytest.mark.parametrize(("codes", "end"), [([200, 200], "held"), ([200, 404], "broken"), ([404], "unseen")])
def test_a_documented_route_is_served(codes: list[int], end: str) -> None:
    assert ends("a_documented_route_is_served", served(*codes)) == end


# --- creation


@pytest.mark.parametrize(
    ("code", "told", "end"),
    [
        (200, "", "held"), (201, "", "held"), (400, "seconds is wrong", "broken"), (415, "no", "broken"),
        (422, "no", "broken"), (400, "prompt is wrong", "unseen"), (401, "seconds", "unseen"), (403, "no", "unseen"),
        (399, "no", "unseen"), (414, "no", "unseen"), (416, "no", "unseen"), (421, "no", "unseen"),
        (423, "no", "unseen"), (500, "seconds", "unseen"), (429, "seconds", "unseen"),
    ],
)  # fmt: skip
def test_the_documented_body_is_accepted(code: int, told: str, end: str) -> None:
    creation = Creation(VIDEOS, [view(VIDEOS, {"error": told}, code, role="create", sent=SENT)])
    creation.member = "seconds"
    assert ends("the_documented_body_is_accepted", creation) == end


# --- content


@pytest.mark.parametrize(
    ("media_type", "end"),
    [("video/mp4", "held"), ("video/webm; codecs=vp9", "held"), ("application/octet-stream", "held"),
     ("application/json", "broken"), ("text/html", "broken"), ("", "broken")],
)  # fmt: skip
def test_content_has_a_video_content_type(media_type: str, end: str) -> None:
    one = view(VIDEOS, b"\0", role="content", headers=of_type(media_type))
    assert ends("content_has_a_video_content_type", Subject(VIDEOS, [one])) == end
    assert ends("content_has_a_video_content_type", Subject(VIDEOS, [one.altered(code=404)])) == "unseen"


def test_a_credential_that_nobody_sent_leaves_the_others_unjudged() -> None:
    subject = EachCredential(VIDEOS, [view(VIDEOS, {"id": "video_1"}, role="retrieve")])
    subject.taken = {subject.first.exchange.credential}
    assert ends("each_credential_is_enough_by_itself", subject) == "held"
    subject.unasked = {"another"}
    assert ends("each_credential_is_enough_by_itself", subject) == "unseen"


def test_a_wrong_content_type_is_named() -> None:
    for media_type, said in (("text/html", "200 text/html: "), ("", "200 without a media type: ")):
        one = view(VIDEOS, b"\0", role="content", headers=of_type(media_type))
        assert received("content_has_a_video_content_type", Subject(VIDEOS, [one])).startswith(said)


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (b"\0\0\0\x08ftyp\0\0\0\x08moov", "held"), (b"\0\0\0\x18ftypmp42", "broken"),
        (b"\x1aE\xdf\xa3", "held"), (b"x" * 511 + b"\0", "held"),
        (b"x" * 500 + b"\xff" * 100, "held"),
        (b"", "broken"), (b"https://cdn.example/video.mp4\r\n", "broken"), (b"x" * 512 + b"\0", "broken"),
        (b"x" * 501 + b"\xff" * 100, "broken"), ("é".encode() * 300, "broken"), (b"x" + "é".encode() * 300, "broken"),
    ],
)  # fmt: skip
def test_content_holds_the_bytes_of_a_video_and_no_text(body: bytes, end: str) -> None:
    one = view(VIDEOS, body, role="content", headers=of_type("video/mp4"))
    assert ends("content_holds_the_bytes_of_a_video", Subject(VIDEOS, [one])) == end
    assert ends("content_holds_the_bytes_of_a_video", Subject(VIDEOS, [one.altered(code=404)])) == "unseen"


def test_a_content_without_bytes_is_told_from_a_text() -> None:
    for body, said in ((b"", "an empty body"), (b"no", "a text: 200 application/json: no")):
        one = view(VIDEOS, body, role="content")
        assert received("content_holds_the_bytes_of_a_video", Subject(VIDEOS, [one])) == said


# --- generated requests


def generated(*views: ReplyView) -> GeneratedReplies:
    return GeneratedReplies(OPEAI, list(views))


def sent(code: int, body: Any = None, **facts: Any) -> ReplyView:
    """Return a usual read of an id that no task has."""
    one = view(OPEAI, {} if body is None else body, code, asked=OPEAI.unknown_id, **facts)
    object.__setattr__(one.exchange.request, "headers", tuple(usual_headers("retrieve").items()))
    return one


@pytest.mark.parametrize(("code", "end"), [(200, "held"), (499, "held"), (500, "broken"), (503, "broken")])
def test_no_request_is_too_much(code: int, end: str) -> None:
    assert ends("no_request_is_too_much", generated(sent(404), sent(code))) == end


@pytest.mark.parametrize(("code", "end"), [(404, "held"), (401, "held"), (200, "broken"), (500, "broken")])
def test_no_bad_request_is_served(code: int, end: str) -> None:
    assert ends("no_bad_request_is_served", generated(sent(404), sent(code))) == end


@pytest.mark.parametrize(("media_type", "end"), TYPES)
def test_every_refusal_is_json(media_type: str, end: str) -> None:
    assert ends("every_refusal_is_json", generated(sent(404, headers=of_type(media_type)))) == end


def test_a_refusal_that_was_cut_is_left_out_and_all_of_them_decide_nothing() -> None:
    cut, html = sent(404, b"{", cut=True), sent(404, b"<html>")
    assert ends("every_refusal_is_json", generated(sent(404), cut)) == "held"
    assert ends("every_refusal_is_json", generated(cut)) == "undecided"
    assert ends("every_refusal_is_json", generated(cut, html)) == "broken"
    assert ends("every_refusal_is_json", generated(sent(200, b"<html>"))) == "unseen"


@pytest.mark.parametrize(
    ("code", "end"),
    [(404, "held"), (403, "broken"), (405, "broken"), (400, "broken"), (401, "unseen"), (200, "unseen")],
)
def test_every_unknown_task_is_not_found(code: int, end: str) -> None:
    assert ends("every_unknown_task_is_not_found", generated(sent(code))) == end


ENVELOPE = {"error": {"message": "video not found", "type": "NotFound", "param": "", "code": "ResourceNotFound"}}


@pytest.mark.parametrize(
    ("code", "body", "end"),
    [(404, ENVELOPE, "held"), (404, {"error": "no"}, "broken"), (404, {}, "broken"), (403, {}, "unseen"),
     (405, {}, "unseen"), (404, b"<html>", "unseen"), (200, {}, "unseen")],
)  # fmt: skip
def test_every_unknown_task_has_the_documented_envelope(code: int, body: Any, end: str) -> None:
    assert ends("every_unknown_task_has_the_documented_envelope", generated(sent(code, body))) == end
