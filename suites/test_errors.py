"""Errors: what cannot be served is refused with the documented code and envelope, in JSON, and never by a crash."""

from __future__ import annotations

from vidconform.laws import (
    ACCOUNT_CODES,
    EACH_REFUSAL,
    DocumentedRefusal,
    Refused,
    ReplyView,
    Unseen,
    altered,
    code_at,
    describe_codes_of_unknown,
    describe_reply,
    expect,
    expect_refused,
    has_code_of_unknown,
    has_its_code_elsewhere,
    refuses_by_a_server_error,
    require_observed,
    requires,
    requires_refusals,
    tells_of_the_task,
)

_FORBIDDEN = 403


@requires("early-content-is-refused", role="content", probe="create")
@requires_refusals(
    "unknown-task", "unknown-second-route-task", "unknown-content", "unknown-remix", "unknown-cancel",
    "unknown-deletion", "retrieve-without-id", "failed-content", "remix-without-prompt", "create-without-model",
    "create-without-prompt", "create-with-mistyped-model", "create-with-mistyped-prompt",
    "create-with-mistyped-seconds", "create-with-mistyped-size", "create-with-mistyped-image",
    "create-with-mistyped-metadata",
)  # fmt: skip
def test_what_cannot_be_served_is_refused(refusal: Refused) -> None:
    expect_refused(refusal)


test_what_cannot_be_served_is_refused.broken_by(altered(code=200, body={}))


@requires(EACH_REFUSAL)
def test_a_documented_refusal_is_kept(documented_refusal: DocumentedRefusal) -> None:
    case, (view,) = documented_refusal.case, require_observed(documented_refusal.all, "the request")
    if documented_refusal.needs_a_served_request:
        raise Unseen("the documented request, unchanged and served")
    of_the_account = view.reply.status in ACCOUNT_CODES and not documented_refusal.is_about_the_key
    if of_the_account and not case.answers(view.reply.status):
        raise Unseen(f"a request whose key is accepted; it was answered with {describe_reply(view)}")
    words = f"the status code {' or '.join(case.responses or ('4XX',))}"
    expect(case.answers(view.reply.status), words, describe_reply(view), view)
    if case.code is not None:
        role = "error-code" if view.raw("error-code") is not None else "status"
        _expect_code(view, view.raw(role), case.code, view.pointer("error-code"), repr(case.code))
    for pointer, code in case.codes.items():
        _expect_code(view, code_at(view, pointer), code, pointer, f"{code!r} at {pointer}")


def _expect_code(view: ReplyView, told: object, code: object, place: str, words: str) -> None:
    if told != code and has_its_code_elsewhere(view, place, code):
        raise Unseen("a refusal whose code stands in its documented form")
    expect(told == code, words, describe_reply(view), view)


test_a_documented_refusal_is_kept.broken_by(altered(code=299))


@test_a_documented_refusal_is_kept.broken_by
def _(documented_refusal: DocumentedRefusal) -> None:
    view = documented_refusal.first
    if documented_refusal.case.codes:
        documented_refusal.alter(body={})
    elif documented_refusal.case.code is None:
        documented_refusal.alter(code=299)
    elif view.raw("error-code") is not None:
        documented_refusal.alter(error_code="another")
    else:
        documented_refusal.alter(status="another")


@requires("unknown-task-status-code")
def test_an_unknown_task_is_not_found(unknown_task: Refused) -> None:
    told = (r for r in unknown_task.all if r.reply.status >= 400 and _tells_of_the_task(r, unknown_task.accepted))
    for view in require_observed(told, "a refused request for an unknown task"):
        expected = describe_codes_of_unknown(view.contract, view.exchange.role)
        expect(has_code_of_unknown(view), expected, describe_reply(view), view)


def _tells_of_the_task(view: ReplyView, accepted: bool) -> bool:
    """Whether it is the task that is refused; a key that nothing was served to may be forbidden everything."""
    return tells_of_the_task(view, accepted) and (accepted or view.reply.status != _FORBIDDEN)


test_an_unknown_task_is_not_found.broken_by(altered(code=400))
test_an_unknown_task_is_not_found.broken_by(altered(code=500))


@requires("refusals-are-not-server-errors")
def test_a_bad_request_is_no_server_error(any_refusal: Refused) -> None:
    for view in require_observed(
        (r for r in any_refusal.all if not r.reply.is_success), "a bad request that is not served"
    ):
        right = view.reply.status < 500 or refuses_by_a_server_error(view)
        expect(right, "a status code below 500", describe_reply(view), view)


test_a_bad_request_is_no_server_error.broken_by(altered(code=500))


@requires("refusals-come-with-success")
def test_a_refusal_is_told_in_the_body_alone(any_refusal: Refused) -> None:
    for view in require_observed(
        (r for r in any_refusal.all if r.reply.is_refusal), "a bad request that is not served"
    ):
        expect(200 <= view.reply.sent_status < 300, "2xx with the reason in the body", describe_reply(view), view)


test_a_refusal_is_told_in_the_body_alone.broken_by(altered(code=400))
