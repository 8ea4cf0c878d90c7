"""Authentication: the key opens every route it is documented for, and nothing else does."""

from __future__ import annotations

from vidconform.laws import (
    EachCredential,
    Inconclusive,
    Refused,
    ReplyView,
    Subject,
    Unseen,
    altered,
    describe_credential,
    describe_permission,
    describe_reply,
    expect,
    expect_refused,
    forbids_the_key,
    of_request,
    require_observed,
    requires,
    requires_refusals,
)

_UNAUTHORIZED, _FORBIDDEN = 401, 403


@of_request("credential")
@requires("retrieve-accepts-key", role="retrieve", probe=("observe", "create"), elsewhere=("unknown-task", "observe"))
@requires("create-accepts-key", role="create", probe="create", elsewhere="unknown-task")
@requires("remix-accepts-key", role="remix", probe="remix", elsewhere="unknown-task")
@requires("list-accepts-key", role="list", probe="list", elsewhere="unknown-task")
@requires("models-accepts-key", role="models", probe="models", elsewhere="unknown-task")
@requires("cancel-accepts-key", role="cancel", probe="cancel", elsewhere="unknown-task")
@requires("content-accepts-key", role="content", probe="content", elsewhere="unknown-task")
@requires(
    "second-route-accepts-token", role="second-retrieve", probe="second-route", elsewhere="unknown-second-route-task"
)
@requires(
    "second-route-accepts-admin", role="second-retrieve", probe="second-route-admin", elsewhere="second-route-admin"
)
def test_the_documented_credential_is_accepted(auth_attempt: Subject) -> None:
    told = [view for view in auth_attempt.all if view.reply.status < 500]
    for view in require_observed(told, _untold(auth_attempt)):
        refused = view.reply.status in (_UNAUTHORIZED, _FORBIDDEN)
        if refused and not auth_attempt.accepted:
            raise Inconclusive(describe_credential(view, "the credential"))
        if view.reply.status == _FORBIDDEN:
            _tell_of_forbidden(view, auth_attempt.permitted)
        expect(not refused, "the credential to be accepted as elsewhere", describe_reply(view), view)


def _tell_of_forbidden(view: ReplyView, permitted: bool) -> None:
    """Say what a 403 leaves open: the service knows who asks (RFC 9110 section 15.5.4), so the key is not refused."""
    if not permitted and forbids_the_key(view):
        raise Inconclusive(describe_permission(view))
    raise Unseen(f"a reply that the key opens; it is accepted elsewhere, and here is {describe_reply(view)}")


def _untold(attempt: Subject) -> str:
    failed = [f"; it was answered with {describe_reply(view)}" for view in attempt.all[:1]]
    return f"a request with the credential that no server error hides{''.join(failed)}"


@test_the_documented_credential_is_accepted.broken_by
def _(auth_attempt: Subject) -> None:
    auth_attempt.alter(-1, code=401)
    auth_attempt.accepted = True


@of_request("credential")
@requires("retrieve-accepts-each-credential")
def test_each_credential_is_enough_by_itself(each_credential: EachCredential) -> None:
    told = [view for view in each_credential.all if view.reply.status < 500]
    require_observed(told, "a request with each credential that no server error hides")
    refused = [view for view in told if view.reply.status in (_UNAUTHORIZED, _FORBIDDEN)]
    for view in sorted(refused, key=lambda view: view.exchange.credential not in each_credential.taken):
        # One that opens nothing may have expired, whatever the others open.
        if view.exchange.credential not in each_credential.taken:
            raise Inconclusive(describe_credential(view, f"the credential {view.exchange.credential}"))
        expect(False, f"{view.exchange.credential} to be enough by itself", describe_reply(view), view)
    if each_credential.unasked:
        raise Unseen(f"a request with each credential; {', '.join(sorted(each_credential.unasked))} was not sent")


test_each_credential_is_enough_by_itself.broken_by(altered(code=403))


@requires("retrieve-needs-no-key", role="retrieve", probe="retrieve-keyless")
@requires("list-needs-no-key", role="list", probe="list-keyless")
@requires("models-needs-no-key", role="models", probe="models-keyless")
@requires("content-needs-no-key", role="content", probe="content-keyless")
def test_what_needs_no_key_is_served_without_one(served: Subject) -> None:
    judged = [view for view in served.all if view.reply.status < 500]
    for view in require_observed(judged, "a request without the key that no server error hides"):
        expect(view.reply.is_success, "a success with 2xx, without a key", describe_reply(view), view)


test_what_needs_no_key_is_served_without_one.broken_by(altered(code=401))


@requires_refusals(
    "retrieve-without-key", "retrieve-with-wrong-key", "create-without-key", "create-with-wrong-key",
    "remix-without-key", "remix-with-wrong-key", "list-without-key", "list-with-wrong-key", "models-without-key",
    "models-with-wrong-key", "cancel-without-key", "cancel-with-wrong-key", "content-without-key",
    "content-with-wrong-key", "second-route-without-token", "second-route-with-wrong-token",
)  # fmt: skip
def test_a_stranger_is_refused(refusal: Refused) -> None:
    expect_refused(refusal)


test_a_stranger_is_refused.broken_by(altered(code=200))


@requires("retrieve-with-another-key-is-refused", probe="retrieve-with-another-key")
def test_another_account_is_refused(other_account: Refused) -> None:
    view = other_account.first
    if view.reply.status == _UNAUTHORIZED or other_account.is_refused_as_a_wrong_key:
        raise Inconclusive(describe_credential(view, "the key of the other account"))
    # A refusal that says 200 breaks other laws, and shows nobody a task.
    if view.reply.is_success and not view.tells_a_task:
        raise Unseen(f"a refusal of another account, or a task shown to it: {describe_reply(view)}")
    expect_refused(other_account)


@test_another_account_is_refused.broken_by
def _(other_account: Refused) -> None:
    other_account.alter(code=200, body={"id": other_account.first.asked, "status": other_account.contract.words[-1]})
