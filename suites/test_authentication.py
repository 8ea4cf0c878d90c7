"""Authentication: the key opens every route it is documented for, and nothing else does."""

from __future__ import annotations

from vidconform.laws import (
    AuthAttempt,
    Inconclusive,
    Refused,
    Unseen,
    describe_credential,
    describe_reply,
    expect,
    expect_refused,
    require_observed,
    requires,
)

_UNAUTHORIZED = 401


@requires("retrieve-accepts-key", role="retrieve", probe=("observe", "create"), elsewhere=("unknown-task", "observe"))
@requires("create-accepts-key", role="create", probe="create", elsewhere="unknown-task")
@requires("remix-accepts-key", role="remix", probe="remix", elsewhere="unknown-task")
@requires("content-accepts-key", role="content", probe="content", elsewhere="unknown-task")
@requires(
    "second-route-accepts-token", role="second-retrieve", probe="second-route", elsewhere="unknown-second-route-task"
)
@requires(
    "second-route-accepts-admin", role="second-retrieve", probe="second-route-admin", elsewhere="second-route-admin"
)
def test_the_documented_credential_is_accepted(auth_attempt: AuthAttempt) -> None:
    for view in require_observed(auth_attempt.all, "a request with the credential"):
        accepted = view.reply.status not in (401, 403)
        if not accepted and not auth_attempt.accepted:
            raise Inconclusive(describe_credential(view, "the credential"))
        expect(accepted, "the credential to be accepted as elsewhere", describe_reply(view), view)


@test_the_documented_credential_is_accepted.broken_by
def _(auth_attempt: AuthAttempt) -> None:
    auth_attempt.alter(-1, code=401)
    auth_attempt.accepted = True


@requires("retrieve-without-key-is-refused", probe="retrieve-without-key")
@requires("retrieve-with-wrong-key-is-refused", probe="retrieve-with-wrong-key")
@requires("create-without-key-is-refused", probe="create-without-key")
@requires("create-with-wrong-key-is-refused", probe="create-with-wrong-key")
@requires("remix-without-key-is-refused", probe="remix-without-key")
@requires("remix-with-wrong-key-is-refused", probe="remix-with-wrong-key")
@requires("content-without-key-is-refused", probe="content-without-key")
@requires("content-with-wrong-key-is-refused", probe="content-with-wrong-key")
@requires("second-route-without-token-is-refused", probe="second-route-without-token")
@requires("second-route-with-wrong-token-is-refused", probe="second-route-with-wrong-token")
def test_a_stranger_is_refused(refusal: Refused) -> None:
    expect_refused(refusal)


@test_a_stranger_is_refused.broken_by
def _(refusal: Refused) -> None:
    refusal.alter(code=200)


@requires("retrieve-with-another-key-is-refused", probe="retrieve-with-another-key")
def test_another_account_is_refused(refusal: Refused) -> None:
    if refusal.first.reply.status == _UNAUTHORIZED:
        raise Inconclusive(describe_credential(refusal.first, "the key of the other account"))
    # A refusal that says 200 breaks other laws, and shows nobody a task.
    if refusal.first.reply.is_success and not refusal.first.tells_a_task:
        raise Unseen(f"a refusal of another account, or a task shown to it: {describe_reply(refusal.first)}")
    expect_refused(refusal)


@test_another_account_is_refused.broken_by
def _(refusal: Refused) -> None:
    refusal.alter(code=200, body={"id": refusal.first.asked, "status": refusal.contract.words[-1]})
