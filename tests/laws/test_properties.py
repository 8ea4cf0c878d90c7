"""What holds for whatever may come: a vendor that keeps its document is never blamed, and no bytes break a verdict."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.bodies import CONTRACTS, cases, gathered, recorded
from tests.support.processes import PROVIDERS
from tests.support.trajectories import Life, evidence, lives, told, vocabulary
from vidconform.contracts.contract import Contract
from vidconform.contracts.schemas import FINISHED
from vidconform.exchange.evidence import Evidence
from vidconform.exchange.messages import Reply
from vidconform.laws.gathered_replies import Gathered
from vidconform.plugin.outcomes import show
from vidconform.run.session import Session
from vidconform.text import Redacted
from vidconform.verdicts.case import Case
from vidconform.verdicts.judging import judge
from vidconform.verdicts.verdict import Outcome, Verdict

HARMLESS = (Outcome.MET, Outcome.UNSEEN)
MEGABYTES = 5_000_000
LONGEST_LINE = 4_000

OF_A_LIFE = settings(
    derandomize=True, deadline=None, database=None, max_examples=40, suppress_health_check=list(HealthCheck)
)
OF_BYTES = settings(OF_A_LIFE, max_examples=12)

# Lives are made of the tasks that the first documents show; the frozen specification of OpenAI shows none.
SHOWN = [c for c in CONTRACTS if c.provider.name in PROVIDERS and c.provider.name != "openai"]
each_contract = pytest.mark.parametrize("contract", SHOWN, ids=[contract.id for contract in SHOWN])


@pytest.fixture(scope="module")
def session() -> Session:
    return recorded()


@pytest.fixture(scope="module")
def judged(session: Session) -> dict[str, list[Case]]:
    """The cases on the service, by contract."""
    found: dict[str, list[Case]] = {}
    for case in cases(session):
        if case.subject == "service":
            found.setdefault(case.contract.id, []).append(case)
    return found


def verdicts(found: list[Case], brought: Gathered) -> Iterator[Verdict]:
    cache: dict[Any, Any] = {}
    return (judge(case, brought, cache) for case in found)


@pytest.mark.slow
@each_contract
def test_whatever_life_the_document_allows_keeps_every_law(
    contract: Contract, judged: Mapping[str, list[Case]]
) -> None:
    seen: dict[str, set[str]] = {}

    @given(lives(contract))
    @settings(OF_A_LIFE)
    def keeps(life: Life) -> None:
        unmet = []
        for verdict in verdicts(judged[contract.id], evidence(contract, life)):
            seen.setdefault(verdict.outcome, set()).add(verdict.requirement.id)
            unmet += (
                [] if verdict.outcome in HARMLESS else [(verdict.requirement.id, verdict.expected, verdict.received)]
            )
        assert unmet == []

    keeps()
    # A life that no law looks at would keep them all.
    assert {"status-present", "id-type"} & seen[Outcome.MET]
    assert len(seen[Outcome.MET]) > 20


@pytest.mark.slow
@each_contract
def test_a_life_goes_through_the_words_in_order(contract: Contract) -> None:
    ends = set()

    @given(lives(contract))
    @settings(OF_A_LIFE)
    def in_order(life: Life) -> None:
        words = [contract.field("status").read(body) for body in told(contract, life)]  # type: ignore[union-attr]  # all have one
        phases = [contract.phase(word) for word in words]
        assert None not in phases
        finished = [phase for phase in phases if phase in FINISHED]
        assert phases[len(phases) - len(finished) :] == finished
        ends.update(phases[-1:])

    in_order()
    assert ends >= {phase for phase in FINISHED if phase in vocabulary(contract)}


NASTY = [
    b"", b" ", b"null", b"NaN", b"-", b"{", b'{"id":', b"[" * 200_000, b'{"a":' * 100_000, b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b'{"status":"completed","status":"queued"}', b'{"progress":1e999}', b'{"progress":-1e999}', b'{"id":"\\ud800"}',
    b'{"created_at":' + b"9" * 5000 + b"}", b'{"created_at":1e400}', b'{"progress":NaN}', b'{"id":"\x00"}',
    b"\x00" * 50,
    "{\"status\":\"\ud800\"}".encode("utf-8", "surrogatepass"), b"<html>", b"\x1f\x8b\x08\x00", b'"completed"', b"[[]]",
]  # fmt: skip
LOOSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def bodies(contract: Contract) -> st.SearchStrategy[bytes]:
    """Return a strategy for bytes: nasty ones, any, and members of the task object with values of any kind."""
    names = sorted({place.path[0] for place in contract.task.fields.values()})
    members = st.dictionaries(st.sampled_from(names), LOOSE, max_size=len(names))
    return st.sampled_from(NASTY) | st.binary(max_size=80) | members.map(lambda body: json.dumps(body).encode())


def with_body(brought: Gathered, body: bytes, **changes: Any) -> dict[str, Evidence]:
    """Return the evidence with one body in place of every reply's."""
    replies = {
        name: tuple(
            replace(e, reply=Reply(changes.get("code", e.reply.status), e.reply.headers, body)) for _, e in found
        )
        for name, found in brought.items()
    }
    return {name: replace(found, exchanges=replies[name]) for name, found in brought.items()}


@pytest.mark.slow
@each_contract
def test_no_bytes_bring_anything_but_a_verdict(
    contract: Contract, session: Session, judged: Mapping[str, list[Case]]
) -> None:
    found = gathered(session, contract)

    @given(bodies(contract), st.sampled_from([200, 404, 500, 299, 600]))
    @settings(OF_BYTES)
    def is_judged(body: bytes, code: int) -> None:
        for verdict in verdicts(judged[contract.id], with_body(found, body, code=code)):
            assert verdict.outcome is not Outcome.ERRORED, (verdict.requirement.id, verdict.received, body)
            json.dumps(verdict.shown(Redacted).as_dict(), ensure_ascii=True)

    is_judged()


@pytest.mark.parametrize("body", NASTY, ids=[repr(body[:20]) for body in NASTY])
def test_a_nasty_body_is_judged(body: bytes, session: Session, judged: Mapping[str, list[Case]]) -> None:
    contract = SHOWN[-1]
    outcomes = {v.outcome for v in verdicts(judged[contract.id], with_body(gathered(session, contract), body))}
    assert Outcome.UNMET in outcomes
    assert Outcome.ERRORED not in outcomes


HUGE = {
    "a text": b'"' + b"x" * MEGABYTES + b'"',
    "a list": b"[" + (b'"' + b"x" * 996 + b'",') * (MEGABYTES // 1000) + b"1]",
    "a status": b'{"id":"video_1","status":"' + b"x" * MEGABYTES + b'"}',
    "a name": b'{"id":"video_1","' + b"x" * MEGABYTES + b'":1}',
    "an error": b'{"error":{"message":"' + b"x" * MEGABYTES + b'"}}',
    "no JSON": b"<p>" * (MEGABYTES // 3),
    "control characters": b"\x1b[31m" * (MEGABYTES // 5),
}


@pytest.mark.slow
@pytest.mark.parametrize("body", HUGE.values(), ids=HUGE)
@pytest.mark.parametrize("code", [200, 404])
def test_megabytes_make_no_long_message(
    body: bytes, code: int, session: Session, judged: Mapping[str, list[Case]]
) -> None:
    contract = next(contract for contract in CONTRACTS if "error.schema.json" in contract.schemas)
    brought = with_body(gathered(session, contract), body, code=code)
    # Decoded once, as in a run of many requests to a vendor that says the same to each.
    first = next(iter(brought.values())).exchanges[0].reply
    shared = {
        name: replace(e, exchanges=tuple(replace(x, reply=first) for x in e.exchanges)) for name, e in brought.items()
    }
    found = list(verdicts(judged[contract.id], shared))
    assert Outcome.UNMET in {verdict.outcome for verdict in found}
    for verdict in found:
        assert len(json.dumps(verdict.shown(Redacted).as_dict())) < LONGEST_LINE
        assert len(shown(verdict)) < LONGEST_LINE


def shown(verdict: Verdict) -> str:
    """Return what pytest prints of a verdict."""

    class Report:
        location = ("suites", 1, "")
        outcome = longrepr = wasxfail = ""

    report: Any = Report()
    show(report, verdict.shown(Redacted), failing=verdict.outcome is Outcome.UNMET)
    return f"{report.longrepr}{report.wasxfail}"
