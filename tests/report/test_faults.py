"""What people read of a run first: a verdict a provider, and one fault for all that one cause breaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.report_runs import sight, verdict
from vidconform.report.differing import difference, differing
from vidconform.report.faults import faults
from vidconform.report.headlines import headlines
from vidconform.report.terminal import failures, mentions
from vidconform.report.undecided import undecided

CRASH = '500 application/json: {{"message": "boom", "request": "req-2026112909{}"}}'
PRICES = {"acme": 0.4}


def row(label: str = "fails", requirement: str = "id-type", **more: Any) -> dict[str, Any]:
    failing = more.pop("failing", label == "fails")
    return {**verdict(label, requirement, **more), "failing": failing}


def crash(requirement: str, number: int, **more: Any) -> dict[str, Any]:
    return row(requirement=requirement, received=CRASH.format(number), evidence=[sight(exchange=number)], **more)


def found(*rows: dict[str, Any]) -> list[list[str]]:
    return [[one["requirement"] for one in fault.rows] for fault in faults(rows)]


def test_one_answer_that_breaks_eight_requirements_is_one_fault() -> None:
    names = [f"row-{number}" for number in range(8)]
    assert found(*(crash(name, number) for number, name in enumerate(names))) == [names]


def test_one_answer_in_two_contracts_of_a_provider_is_one_fault_and_of_two_providers_two() -> None:
    assert found(crash("a", 1), crash("b", 2, contract="acme/query")) == [["b", "a"]]
    assert found(crash("a", 1), crash("b", 2, contract="other/query")) == [["a"], ["b"]]


def test_one_reply_with_a_wrong_status_is_one_fault_whatever_is_said_of_it() -> None:
    assert found(row(requirement="a", received="500 text/html: <b>"), row(requirement="b", received="500")) == [
        ["a", "b"]
    ]


def test_a_status_that_breaks_a_promise_and_the_body_that_it_leaves_out_are_one_fault() -> None:
    for told in (("204 {}", "an empty body in 204 {}"), ("200 {}", "a text: 200 {}"), ("404 {}", "404 {}")):
        rows = [
            row(requirement=name, received=text.format("text/html: "), evidence=[sight(exchange=0)])
            for name, text in zip("ab", told, strict=True)
        ]
        assert found(*rows) == [["a", "b"]]


def test_one_answer_to_one_request_and_to_many_is_one_fault() -> None:
    many = "in 3 of 8 generated requests, of which the smallest: 400 application/json: {}; on GET /a/{id}, PUT /b"
    plain = row(requirement="a", received="400 application/json: {}", evidence=[sight(probe="unknown-task")])
    assert found(plain, row(requirement="b", received=many, evidence=[sight(probe="generated")])) == [["a", "b"]]


def test_a_value_that_looks_like_a_status_code_makes_no_fault_of_two() -> None:
    told = (("404 at /error/code", "/error/code"), ("404 text/html: <b>", ""))
    assert len(found(*(row(received=text, evidence=[sight(pointer=place)]) for text, place in told))) == 2


def test_one_value_is_one_fault_whether_a_schema_tells_it_or_a_law() -> None:
    told = ('"abc" at /id', "'abc'")
    assert len(found(*(row(received=text, evidence=[sight(pointer="/id")]) for text in told))) == 1


def test_one_member_of_one_reply_is_one_fault_whatever_is_said_of_it() -> None:
    told = [("1", sight(pointer="/at")), ("1, which is a Monday", sight(pointer="/at"))]
    assert len(found(*(row(received=text, evidence=[place]) for text, place in told))) == 1
    told[1] = told[1][0], sight(exchange=told[0][1]["exchange"] + 1, pointer="/at")
    assert len(found(*(row(received=text, evidence=[place]) for text, place in told))) == 2


def test_one_body_that_lacks_two_members_is_one_fault() -> None:
    told = "no {}, but the members code, message"
    assert found(*(row(requirement=name, received=told.format(name)) for name in ("id", "status"))) == [
        ["id", "status"]
    ]


@pytest.mark.parametrize(
    "other",
    [
        {"received": "8 at /size"},
        {"received": "7 at /id", "evidence": [sight(pointer="/id")]},
        {"subject": "document", "label": "contradicts itself"},
        {"evidence": []},
    ],
    ids=["at another place", "in another reply", "of the document", "without evidence"],
)
def test_what_came_at_another_place_or_otherwise_is_another_fault(other: dict[str, Any]) -> None:
    assert len(found(row(), row(requirement="another", **other))) == 2


def test_the_worst_comes_first_in_whatever_order_it_was_judged() -> None:
    rows = [
        row("contradicts itself", "shown", subject="document"), row("deviates", "hedged", received="x"),
        row("fails", "alone", received="y"), crash("many", 1), crash("more", 2),
    ]  # fmt: skip
    assert found(*rows) == found(*reversed(rows)) == [["many", "more"], ["alone"], ["hedged"], ["shown"]]


def test_a_fault_is_told_in_full_once_and_what_else_it_breaks_in_a_line_each() -> None:
    lines = failures([crash("a", 1), crash("b", 2), row(requirement="c")])
    assert lines[:3] == ["2 faults in 3 requirements, the worst first:", "", "FAILS  acme/videos  a  [MUST]"]
    assert "  The same cause breaks 1 more requirement:" in lines
    assert "    FAILS  acme/videos  b  [MUST]: expected type string" in lines
    assert sum(line.startswith("  Received  ") for line in lines) == 2


def test_faults_of_one_requirement_each_need_no_heading() -> None:
    assert failures([row()])[0] == "FAILS  acme/videos  id-type  [MUST]"
    assert failures([row("conforms"), row("deviates", failing=False)]) == []


def test_the_headline_counts_the_service_and_the_document_apart() -> None:
    rows = [
        crash("a", 1), crash("b", 2), row("conforms", "c"), row("unseen", "d"), row("refused", "e"),
        row("deviates", "f", received="z"), row("conforms", "c", subject="document"),
        row("contradicts itself", "g", subject="document"),
    ]  # fmt: skip
    assert headlines(rows, PRICES, {"acme": {"requests": 96, "creations": 2}}) == [
        "acme: 2 promises broken by 1 fault, 1 kept, 1 deviates, 2 not seen; sent 96 requests, 2 creations, $0.80",
        "acme, its documents by themselves: 1 contradiction, 1 kept by their own examples",
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "acme: nothing was judged; sent nothing"),
        (
            [row("inconclusive", received="connection refused")],
            "acme: no verdict: none of its 1 promise could be judged (connection refused); sent nothing",
        ),
        (
            [row("conforms", evidence=[sight("emulated")])],
            "acme: 0 promises broken, 1 kept, 0 not seen; sent nothing (emulated: not the vendor, nothing paid)",
        ),
        (
            [row("conforms"), row("unseen", "b", expected="x"), row("inconclusive", "c", received="429")],
            "acme: only 1 of 3 promises judged, 0 promises broken, 1 kept, 1 not decided, 1 not seen; sent nothing",
        ),
    ],
    ids=["nothing", "outage", "emulated", "little"],
)
def test_a_headline_claims_no_more_than_was_seen(rows: list[dict[str, Any]], told: str) -> None:
    assert headlines(rows, PRICES, {"acme": {"requests": 0, "creations": 0}}) == [told]


def test_what_nobody_has_told_is_not_called_nothing() -> None:
    assert headlines([], PRICES, {}) == ["acme: nothing was judged; nobody knows what was sent"]


@pytest.mark.parametrize(("price", "end"), [(None, "2 creations"), (0.125, "2 creations, $0.25")])
def test_money_is_told_where_a_price_is_known(price: float | None, end: str) -> None:
    (line,) = headlines([row("conforms")], {"acme": price}, {"acme": {"requests": 3, "creations": 2}})
    assert line.endswith(f"sent 3 requests, {end}")


def test_what_is_known_is_no_broken_promise() -> None:
    known = {"state": "expected", "reason": "An old fault.", "since": "2026-11-01"}
    (line,) = headlines(
        [row(deviation=known, failing=False), row("conforms", "b")], PRICES, {"acme": {"requests": 0, "creations": 0}}
    )
    assert line == "acme: 0 promises broken, 1 kept, 1 known to deviate, 0 not seen; sent nothing"


def test_a_required_contract_has_a_headline_of_its_own() -> None:
    broken = [row(against="openai/videos")]
    told = headlines([row("conforms")], PRICES, {}, broken)
    assert told[1:] == ["acme/videos, as --require=openai/videos has it: 1 promise broken"]


def test_what_is_unseen_is_told_by_what_would_show_it_the_most_first() -> None:
    rows = [row("unseen", "a", expected="a remix")]
    rows += [row("unseen", f"b{n}", expected="a task that fails", contract=c) for n, c in enumerate(["acme/q"] * 4)]
    rows += [row("unseen", "c", expected="a remix", contract="acme/q")]
    assert undecided(rows) == [
        "unseen  acme/q  4 requirements: needs a task that fails",
        "unseen  acme/videos, acme/q  acme/videos#a, acme/q#c: needs a remix",
    ]


def test_one_option_that_would_show_several_things_has_one_line() -> None:
    rows = [row("unseen", "a", expected="a known task; pass --task-id=ID")]
    rows += [row("unseen", "b", expected="a finished task; pass --task-id=ID of one")]
    rows += [row("unseen", "c", expected="a task that the service knows; pass --task-id=ID of one")]
    rows += [row("refused", f"d{n}", expected=f"a creation more than 2; pass --max-creations={n}") for n in (9, 10)]
    assert undecided(rows) == [
        "unseen  acme/videos  a, b, c: needs a known task or a finished task; pass --task-id=ID",
        "refused  acme/videos  d9, d10: needs a creation more than 2; pass --max-creations=9 for some, 10 for all",
    ]


def test_what_tells_nobody_what_to_do_is_counted_after_a_few_lines() -> None:
    rows = [row("unseen", f"a{n}", expected=f"reply {n}") for n in range(9)]
    told = undecided([*rows, row("inconclusive", "b", received="429"), row("unseen", "c", expected="x; pass --y")])
    assert [line.split()[2] for line in told] == ["a0:", "a1:", "a2:", "a3:", "a4:", "c:", "b:", "4"]
    assert told[-1] == "unseen  acme/videos  4 requirements more, for 4 reasons; -rs tells each"
    assert len(undecided(rows[:6])) == 6


def test_what_does_not_fail_has_a_line_each_by_its_cause() -> None:
    rows = [row("deviates", name, received=seen, level="SHOULD") for name, seen in (("a", "x"), ("b", "y"), ("c", "x"))]
    assert [line.split()[2] for line in mentions(rows)] == ["a", "c", "b"]


def test_what_is_known_in_the_same_words_is_told_once() -> None:
    known = {"state": "expected", "reason": "An old fault.", "since": "2026-11-01"}
    rows = [row("fails", name, received=name, deviation=known, failing=False) for name in "abcd"]
    assert mentions([*rows, row("deviates", "e", received="x", level="SHOULD")]) == [
        "fails  acme/videos  4 requirements  [MUST]: known since 2026-11-01: An old fault.",
        "deviates  acme/videos  e  [SHOULD]: expected type string, received x",
    ]


@pytest.mark.parametrize(
    ("expected", "received", "told"),
    [
        ("'video_68f082321ed0c5'", "'video_68f082321ed0d5' at /id", ("...68f082321ed0[c]5'", "...68f082321ed0[d]5'")),
        ("'video_68f0'", "'video_68f0 '", ("'video_68f0[]'", "'video_68f0[ ]'")),
        ("type string", "7 at /id", None),
        ("a refusal with 4xx", "500 text/html: no", None),
        ("the same as before", "the same as before", None),
        ("", "", None),
    ],
)
def test_what_differs_is_told_where_the_rest_is_alike(
    expected: str, received: str, told: tuple[str, str] | None
) -> None:
    assert differing(expected, received, "/id") == told


def test_what_differs_and_what_does_not_are_the_whole() -> None:
    one, other = "ids end with aa1b", "ids end with aab"
    parts = difference(one, other)
    assert parts is not None
    head, mine, theirs, tail = parts
    assert (head + mine + tail, head + theirs + tail) == (one, other)
