"""The one JSON decoder: any bytes give a value or a sentence, and any value gives a verdict."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.bodies import CONTRACTS, changed, conforming, gathered, places, recorded
from vidconform.contracts.contract import Contract
from vidconform.contracts.error_ownership import findings
from vidconform.contracts.strict_json import DEEPEST, UndecodableJson, decode_json
from vidconform.exchange.evidence import Evidence
from vidconform.run.bindings import all_laws
from vidconform.run.cases import law_cases, schema_cases
from vidconform.verdicts.case import Case
from vidconform.verdicts.judging import judge
from vidconform.verdicts.verdict import Outcome

QUICK = settings(max_examples=100, deadline=None)


def refusal(body: bytes) -> str:
    with pytest.raises(UndecodableJson) as problem:
        decode_json(body)
    return str(problem.value)


def ended(body: bytes) -> tuple[Any, str | None]:
    """Return the value of a body, or the sentence that refuses it; anything else is raised."""
    try:
        return decode_json(body), None
    except UndecodableJson as problem:
        return None, str(problem)


REFUSED = {
    b"": "an empty body",
    b" \r\n": "an empty body",
    b"\xff{}": "invalid UTF-8 at byte 0",
    b'{"a": "\xed\xa0\x80"}': "invalid UTF-8 at byte 7",
    '{"a": 1}'.encode("utf-16"): "invalid UTF-8 at byte 0",
    '{"a": 1}'.encode("utf-16-le"): "Expecting property name enclosed in double quotes at line 1 column 2",
    b"\xef\xbb\xbf{}": "a byte order mark before the text",
    b"NaN": "NaN is no JSON number",
    b'{"a": Infinity}': "Infinity is no JSON number",
    b"[-Infinity]": "-Infinity is no JSON number",
    b"1e999": "the number 1e999 is out of range",
    b"-1e999": "the number -1e999 is out of range",
    b"9" * 5000: f"the number {'9' * 40} is out of range",
    b"1" * 310: f"the number {'1' * 40} is out of range",
    b"-" + b"1" * 310: f"the number -{'1' * 39} is out of range",
    b'{"a": 1, "b": 2, "a": 1}': "the member 'a' stands twice in one object",
    b'{"\\u0061": 1, "a": 1}': "the member 'a' stands twice in one object",
    b'{"%s": 1, "%s": 2}' % (b"n" * 41, b"n" * 41): f"the member '{'n' * 40}' stands twice in one object",
    rb'"\ud800"': "a lone surrogate",
    rb'{"\uDFFF": 1}': "a lone surrogate",
    rb'["\ud83d", "\ude00"]': "a lone surrogate",
    b"[" * 100_000: f"nested deeper than {DEEPEST} levels",
    b'{"a":' * 100_000: f"nested deeper than {DEEPEST} levels",
    b'{"id": ': "Expecting value at line 1 column 8",
    b"{}{}": "Extra data at line 1 column 3",
    b"'a'": "Expecting value at line 1 column 1",
    b"<html>": "Expecting value at line 1 column 1",
    b'"a\nb"': "Invalid control character at line 1 column 3",
    b"[01]": "Expecting ',' delimiter at line 1 column 3",
}


@pytest.mark.parametrize("body", REFUSED, ids=[repr(body[:24]) for body in REFUSED])
def test_what_rfc_8259_does_not_allow_is_refused_with_a_sentence(body: bytes) -> None:
    assert refusal(body) == REFUSED[body]


TAKEN: dict[bytes, Any] = {
    b"null": None,
    b" 7 ": 7,
    b"-0": 0,
    b"1e308": 1e308,
    b"1e-999": 0.0,
    b"18446744073709551616": 2**64,
    b"1" * 309: int("1" * 309),
    b"-" + b"1" * 309: -int("1" * 309),
    rb'"\\ud800"': "\\ud800",
    rb'"\ud83d\ude00"': "\U0001f600",
    '"\U0001f600"'.encode(): "\U0001f600",
    rb'"\u0000"': "\0",
    b'{"": {"": 1}}': {"": {"": 1}},
    b'[{"a": 1}, {"a": 1}]': [{"a": 1}, {"a": 1}],
}


@pytest.mark.parametrize("body", TAKEN, ids=[repr(body[:24]) for body in TAKEN])
def test_what_rfc_8259_allows_is_taken(body: bytes) -> None:
    value = decode_json(body)
    assert (value, type(value)) == (TAKEN[body], type(TAKEN[body]))


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[1,{"b":2,"a":', "}]")])
def test_nesting_is_taken_to_one_depth_and_no_deeper(opening: str, closing: str) -> None:
    levels = DEEPEST // len([character for character in opening if character in "[{"])
    assert decode_json(f"{opening * levels}1{closing * levels}".encode())
    assert refusal(f"{opening * levels}[]{closing * levels}".encode()) == f"nested deeper than {DEEPEST} levels"


def test_brackets_inside_a_text_are_no_nesting() -> None:
    assert decode_json(json.dumps(["[{" * 1000]).encode()) == ["[{" * 1000]


def test_the_depth_does_not_hang_on_who_calls() -> None:
    body = b"[" * (DEEPEST - 1) + b"1" + b"]" * (DEEPEST - 1)
    assert nested(300, lambda: decode_json(body)) == decode_json(body)


def nested(frames: int, call: Callable[[], Any]) -> Any:
    return nested(frames - 1, call) if frames else call()


@QUICK
@given(st.binary(max_size=200))
@example(b"[" * 100_000 + b"]" * 100_000)
def test_any_bytes_give_a_value_or_a_sentence(body: bytes) -> None:
    value, sentence = ended(body)
    assert sentence != ""
    assert sentence or json.loads(json.dumps(value)) == value


numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([2**64, -(10**300)])
leaves = st.none() | st.booleans() | numbers | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
names = st.text("ab\0é/~", max_size=3)
values = st.recursive(leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(names, v, max_size=3))


@QUICK
@given(values, st.booleans())
def test_every_value_survives_being_written_and_read(value: Any, ascii_only: bool) -> None:
    assert decode_json(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@QUICK
@given(values, st.data())
def test_a_json_text_cut_or_with_a_byte_changed_is_never_worse_than_refused(value: Any, data: st.DataObject) -> None:
    body = bytearray(json.dumps({"a": value}).encode())
    at = data.draw(st.integers(0, len(body) - 1))
    body[at : at + 1] = data.draw(st.binary(max_size=2))
    for piece in (bytes(body), bytes(body[:at])):
        assert ended(piece)[1] != ""


def test_a_repeated_member_among_very_many_is_found_quickly() -> None:
    members = ",".join(f'"{i}":0' for i in range(100_000))
    started = time.process_time()
    assert refusal(f'{{{members},"99999":0}}'.encode()) == "the member '99999' stands twice in one object"
    assert time.process_time() - started < 2.0


BY_ID = {contract.id: contract for contract in CONTRACTS}


@cache
def cases(contract: str) -> list[Case]:
    found = [*schema_cases(recorded()), *(case for law in all_laws() for case in law_cases(recorded(), law))]
    return [case for case in found if case.contract.id == contract and case.subject == "service"]


@cache
def tasks(contract: str) -> list[Any]:
    return conforming(recorded(), BY_ID[contract])


def answering(evidence: Evidence, body: bytes) -> Evidence:
    """Return a probe's evidence in which every reply has another body."""
    exchanges = [replace(e, reply=replace(e.reply, body=body)) for e in evidence.exchanges]
    return replace(evidence, exchanges=tuple(exchanges))


def verdicts_on(contract: Contract, body: bytes) -> list[Any]:
    evidence = {name: answering(found, body) for name, found in gathered(recorded(), contract).items()}
    return [judge(case, evidence, {}) for case in cases(contract.id)]


def errors_on(contract: Contract, body: bytes) -> list[str]:
    found = [v for v in verdicts_on(contract, body) if v.outcome is Outcome.ERRORED]
    return [f"{verdict.requirement.id}: {verdict.received}" for verdict in found]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[" * 100_000, b"9" * 5000, b"\xff", rb'"\ud800"', b"7"])
def test_an_odd_body_gives_verdicts(body: bytes, contract: Contract) -> None:
    verdicts = verdicts_on(contract, body)
    assert errors_on(contract, body) == []
    assert {v.outcome for v in verdicts} >= {Outcome.UNMET, Outcome.UNSEEN}


DEEP = b"[" * (DEEPEST - 1) + b"1" + b"]" * (DEEPEST - 1)
EXTREMES = [b"1" * 309, b"-" + b"1" * 309, b"18446744073709551616", b"1e308", rb'"\u0000"', b'"' + b"x" * 99_999 + b'"']
EXTREMES += [DEEP, DEEP.replace(b"[", b'{"a":').replace(b"]", b"}")]


@pytest.mark.slow
@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.id)
def test_an_extreme_value_of_any_field_gives_verdicts(contract: Contract) -> None:
    task = tasks(contract.id)[-1]
    fields = sorted({place.path[0] for place in contract.task.fields.values()})
    # Every third field at once: a law reads two at most, and one that is odd silences no other.
    for third in (fields[::3], fields[1::3], fields[2::3]):
        for extreme in EXTREMES:
            body = json.dumps({**task, **dict.fromkeys(third, "HERE")}).encode().replace(b'"HERE"', extreme)
            assert errors_on(contract, body) == []


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_value_anywhere_in_a_task_gives_verdicts(data: st.DataObject) -> None:
    # By its id: hypothesis shows what it drew, and a contract is long.
    contract = BY_ID[data.draw(st.sampled_from(sorted(BY_ID)), label="contract")]
    task = data.draw(st.sampled_from(tasks(contract.id)))
    place = data.draw(st.sampled_from(list(places(task))), label="place")
    body = json.dumps(changed(task, place, data.draw(values, label="value"))).encode()
    assert errors_on(contract, body) == []


@pytest.mark.slow
@QUICK
@given(values)
def test_any_value_at_all_is_found_wrong_or_right(value: Any) -> None:
    for contract in CONTRACTS:
        for schema in contract.schemas.values():
            assert all(finding.requirement in contract.requirements for finding in findings(schema, value))
