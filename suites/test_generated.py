"""Generated requests: whatever is asked, what must be refused is refused as documented, and nothing breaks."""

from __future__ import annotations

from vidconform.laws import (
    GeneratedReplies,
    Inconclusive,
    ReplyView,
    altered,
    describe_codes_of_unknown,
    expect,
    expect_each,
    has_code_of_unknown,
    requires,
)


@requires("any-request-is-no-server-error")
def test_no_request_is_too_much(generated: GeneratedReplies) -> None:
    expect_each(generated.all, "a generated request", "a status code below 500", lambda r: r.reply.status < 500)
    for view, request in generated.unanswered:
        expect(False, "an answer", f"a closed connection to {request}, and answers to the requests beside it", view)


test_no_request_is_too_much.broken_by(altered(code=500))


@test_no_request_is_too_much.broken_by
def _(generated: GeneratedReplies) -> None:
    generated.unanswered.append((generated.first, "GET /videos/%00"))


@requires("any-bad-request-is-refused")
def test_no_bad_request_is_served(generated: GeneratedReplies) -> None:
    expected = "a refusal with 4xx, and no task wherever a path may have gone astray"
    expect_each(generated.all, "a generated request", expected, generated.is_turned_away)


test_no_bad_request_is_served.broken_by(altered(code=200, body={}))


@requires("any-refusal-is-json")
def test_every_refusal_is_json(generated: GeneratedReplies) -> None:
    views = [view for view in generated.refusals if not (view.reply.cut or view.reply.unread_coding)]
    if generated.refusals and not views:
        raise Inconclusive("no refusal could be read whole")
    expect_each(views, "a refusal of a generated request", "JSON with the content type application/json", _is_json)


@test_every_refusal_is_json.broken_by
def _(generated: GeneratedReplies) -> None:
    generated.all[0] = generated.refusals[0].altered(headers={"content-type": "text/html"}, body=b"<html>")


@requires("any-unknown-task-status-code")
def test_every_unknown_task_is_not_found(generated: GeneratedReplies) -> None:
    what, expected = (
        "a refusal of a well-formed id that no task has",
        describe_codes_of_unknown(generated.contract, "retrieve"),
    )
    expect_each(generated.well_formed_unknown, what, expected, has_code_of_unknown)


@test_every_unknown_task_is_not_found.broken_by
def _(generated: GeneratedReplies) -> None:
    generated.all[0] = generated.well_formed_unknown[0].altered(code=400)


@requires("any-unknown-task-keeps-the-envelope")
def test_every_unknown_task_has_the_documented_envelope(generated: GeneratedReplies) -> None:
    views = [r for r in generated.unknown if r.documented_schema is not None and r.reply.is_json]
    expect_each(views, "a refusal in JSON with a documented code", "the documented refusal", _keeps_envelope)


@test_every_unknown_task_has_the_documented_envelope.broken_by
def _(generated: GeneratedReplies) -> None:
    generated.all[0] = generated.unknown[0].altered(code=404, body={"error": "video not found"})


def _is_json(view: ReplyView) -> bool:
    return view.reply.is_json and view.reply.says_json


def _keeps_envelope(view: ReplyView) -> bool:
    schema = view.contract.schemas[view.documented_schema or ""]
    return not any(finding.errors for finding in view.findings(schema))
