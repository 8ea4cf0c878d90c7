"""Routes: a well-formed request to a documented method and path is served."""

from __future__ import annotations

from collections.abc import Iterable

from vidconform.laws import (
    FINISHED,
    Refused,
    ReplyView,
    Subject,
    Task,
    Unseen,
    altered,
    describe_codes,
    describe_redirect,
    describe_reply,
    expect,
    expect_refused,
    expect_served,
    has_documented_code,
    is_answered_at_once,
    of_request,
    require_observed,
    requires,
)

_READS = ("observe", "create")
_ANOTHER_TYPE = (406, 415)
_ANOTHER_BODY = (400, 415, 422)
# Each tells whether a member of the documented body is taken.
_OF_A_MEMBER = ("accepts-model", "accepts-prompt", "accepts-seconds", "accepts-size")


@of_request("address")
@requires("retrieve-route", role="retrieve", probe=_READS, apart={"retrieve-accepts-json-header": _ANOTHER_TYPE})
@requires("create-route", role="create", probe="create", apart=dict.fromkeys(_OF_A_MEMBER, _ANOTHER_BODY))
@requires("create-accepts-form", role="create", probe="create-as-form")
@requires("remix-route", role="remix", probe="remix")
@requires("list-route", role="list", probe="list")
@requires("delete-route", role="delete", probe=("create", "delete"))
@requires("cancel-route", role="cancel", probe="cancel")
@requires("models-route", role="models", probe="models")
@requires("content-route", role="content", probe="content")
@requires("second-route", role="second-retrieve", probe="second-route")
def test_a_documented_route_is_served(served: Subject) -> None:
    expect_served(served)


@test_a_documented_route_is_served.broken_by
def _(served: Subject) -> None:
    served.all.append(served.first.altered(code=404, body={}))


@of_request("headers")
@requires("retrieve-accepts-json-header", role="retrieve", probe=_READS)
def test_the_documented_header_is_accepted(served: Subject) -> None:
    judged = (r for r in served.all if r.reply.is_success or r.reply.status in _ANOTHER_TYPE)
    for view in require_observed(judged, "a read that is answered for its content type"):
        expect(view.reply.is_success, "the documented content type to be accepted", describe_reply(view), view)


test_the_documented_header_is_accepted.broken_by(altered(code=415))


@requires("retrieve-status-code", role="retrieve", probe=_READS)
@requires("create-status-code", role="create", probe="create")
@requires("remix-status-code", role="remix", probe="remix")
@requires("list-status-code", role="list", probe="list")
@requires("delete-status-code", role="delete", probe=("create", "delete"))
@requires("cancel-status-code", role="cancel", probe="cancel")
@requires("models-status-code", role="models", probe="models")
def test_success_has_the_documented_status_code(served: Subject) -> None:
    for view in require_observed((r for r in served.all if r.reply.is_success), "a successful reply"):
        expected = describe_codes(view.contract, view.exchange.role, "2")
        documented = is_answered_at_once(view) and has_documented_code(view, "2")
        expect(documented, expected, describe_redirect(view), view)


test_success_has_the_documented_status_code.broken_by(altered(code=299))
test_success_has_the_documented_status_code.broken_by(altered(redirected=307))


@requires("retrieve-needs-no-redirect", role="retrieve", probe=_READS)
def test_a_read_is_answered_without_a_redirect(served: Subject) -> None:
    for view in require_observed((r for r in served.all if r.reply.is_success), "a successful reply"):
        expect(is_answered_at_once(view), "an answer at the documented address", describe_redirect(view), view)


test_a_read_is_answered_without_a_redirect.broken_by(altered(redirected=301))


@of_request("address")
@requires("wrong-method-is-refused")
def test_another_method_is_refused(other_method: Refused) -> None:
    # It is asked of a task that does not exist, lest it should do something: GET is refused as well.
    if other_method.is_refused_as_unknown:
        seen = describe_reply(other_method.first)
        raise Unseen(f"a refusal of the method, other than that of an unknown task: {seen}")
    expect_refused(other_method)


test_another_method_is_refused.broken_by(altered(code=200))


@requires("polling-url-serves-the-task")
def test_the_address_that_a_creation_tells_serves_its_task(polled: Subject) -> None:
    for view in require_observed(polled.all, "a read at the address that a creation told"):
        expect(view.reply.is_success and view.tells_a_task, "the created task", describe_reply(view), view)
        if view.has("id"):
            expect(view.value("id") == view.asked, repr(view.asked), view.raw("id"), view, "id")


test_the_address_that_a_creation_tells_serves_its_task.broken_by(altered(code=404))
test_the_address_that_a_creation_tells_serves_its_task.broken_by(altered(id="another"))


@requires("second-route-agrees")
def test_both_routes_tell_the_same_task(both_routes: Task) -> None:
    second = both_routes.all[-1]
    before = [r for r in both_routes.since_finished() if r.exchange.at < second.exchange.at]
    first = before[-1] if before else both_routes.first
    # A task that is not finished, or no longer, may move between two reads.
    settled = ("status", "prompt", "size") if before and first.phase in FINISHED else ()
    roles = ("id", "model", "created", *settled)
    told_by_both = [role for role in roles if first.has(role) and second.has(role)]
    require_observed([first, second] if told_by_both else [], "one task read through both routes")
    for role in told_by_both:
        expect(second.value(role) == first.value(role), repr(first.raw(role)), second.raw(role), second, role)


test_both_routes_tell_the_same_task.broken_by(altered(-1, model="another-model"))
test_both_routes_tell_the_same_task.broken_by(altered(-1, status="IN_PROGRESS"))


def _expect_its_own_status(views: Iterable[ReplyView]) -> None:
    told = (view for view in views if view.raw("status-code") is not None)
    for view in require_observed(told, "a reply whose body tells its status code"):
        code = view.raw("status-code")
        expect(str(code) == str(view.reply.status), f"{view.reply.status} as the reply has", code, view, "status-code")


@requires("success-repeats-its-status-code")
def test_the_body_of_a_success_repeats_its_status_code(reply: Subject) -> None:
    _expect_its_own_status(reply.all)


test_the_body_of_a_success_repeats_its_status_code.broken_by(altered(status_code=500))


@requires("refusal-repeats-its-status-code")
def test_the_body_of_a_refusal_repeats_its_status_code(any_refusal: Refused) -> None:
    _expect_its_own_status(view for view in any_refusal.all if view.reply.is_refusal)


test_the_body_of_a_refusal_repeats_its_status_code.broken_by(altered(status_code=200))
