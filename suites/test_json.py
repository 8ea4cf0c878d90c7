"""Well-formedness: every reply that should be JSON says so and is so (RFC 8259, RFC 6839)."""

from __future__ import annotations

from vidconform.laws import (
    Inconclusive,
    Refused,
    ReplyView,
    Subject,
    altered,
    describe_reply,
    expect,
    require_observed,
    requires,
)


def _expect_json(view: ReplyView) -> None:
    expect(view.reply.says_json, "the content type application/json", describe_reply(view), view)
    if view.reply.unread_coding:
        raise Inconclusive(f"{view.exchange.request} was answered with {view.reply.json}")
    if view.reply.cut:
        size = f"is larger than {view.reply.bytes_read} bytes; --max-body=BYTES reads more"
        raise Inconclusive(f"the reply to {view.exchange.request} {size}")
    expect(view.reply.is_json, "a JSON text", f"{view.reply.json} in {describe_reply(view)}", view)


@requires("replies-are-json")
def test_a_served_task_is_json(reply: Subject) -> None:
    told = (view for view in reply.all if view.reply.body or not view.may_be_empty)
    for view in require_observed(told, "a served task"):
        _expect_json(view)


test_a_served_task_is_json.broken_by(altered(headers={"content-type": "text/html"}))
test_a_served_task_is_json.broken_by(altered(body=b'{"id": '))


@requires("refusals-are-json")
def test_a_refusal_is_json(any_refusal: Refused) -> None:
    refused = (r for r in any_refusal.all if r.reply.is_refusal and r.exchange.step != "wrong-method")
    for view in require_observed(refused, "a refused request"):
        _expect_json(view)


test_a_refusal_is_json.broken_by(altered(headers={"content-type": "text/html"}))
test_a_refusal_is_json.broken_by(altered(body=b"<html>"))


@requires("unknown-task-refusal-is-json", probe="unknown-task")
def test_the_refusal_of_an_unknown_task_is_json(refusal: Refused) -> None:
    refused = (view for view in refusal.all if view.reply.is_refusal)
    for view in require_observed(refused, "a refused request"):
        _expect_json(view)


test_the_refusal_of_an_unknown_task_is_json.broken_by(altered(headers={"content-type": "text/html"}))
test_the_refusal_of_an_unknown_task_is_json.broken_by(altered(body=b"<html>"))
