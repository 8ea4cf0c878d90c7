"""Well-formedness: every reply that should be JSON says so and is so (RFC 8259, RFC 6839)."""

from __future__ import annotations

from vidconform.laws import Inconclusive, Reading, Refused, Subject, expect, requires, shown, told


def _expect_json(reading: Reading) -> None:
    media_type = reading.reply.media_type
    named = media_type == "application/json" or media_type.endswith("+json")
    expect(named, "the content type application/json", told(reading), reading)
    if reading.reply.cut:
        raise Inconclusive(f"{reading.exchange.request} was answered with {reading.reply.json}")
    expect(reading.reply.is_json, "a JSON text", f"{reading.reply.json} in {told(reading)}", reading)


@requires("replies-are-json")
def test_a_served_task_is_json(reply: Subject) -> None:
    for reading in shown(reply.all, "a served task"):
        _expect_json(reading)


@test_a_served_task_is_json.broken_by
def _(reply: Subject) -> None:
    reply.alter(headers={"content-type": "text/html"})


@test_a_served_task_is_json.broken_by
def _(reply: Subject) -> None:
    reply.alter(body=b'{"id": ')


@requires("refusals-are-json")
def test_a_refusal_is_json(any_refusal: Refused) -> None:
    refused = (r for r in any_refusal.all if r.reply.is_refusal and r.exchange.step != "wrong-method")
    for reading in shown(refused, "a refused request"):
        _expect_json(reading)


@test_a_refusal_is_json.broken_by
def _(any_refusal: Refused) -> None:
    any_refusal.alter(headers={"content-type": "text/html"})


@test_a_refusal_is_json.broken_by
def _(any_refusal: Refused) -> None:
    any_refusal.alter(body=b"<html>")
