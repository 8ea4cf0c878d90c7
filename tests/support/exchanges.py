"""Whatever an exchange may be, for hypothesis to draw."""

from __future__ import annotations

from hypothesis import strategies as st

from vidconform.exchange.messages import Digest, Exchange, Hop, Reply
from vidconform.exchange.requests import Request

words = st.text(st.characters(max_codepoint=255), max_size=12)
headers = st.lists(
    st.tuples(st.sampled_from(["Server", "server", "SERVER", "X-A", "x-a", "date"]), words), max_size=5
).map(tuple)
bodies = st.binary(max_size=60) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(str.encode)
hops = st.builds(Hop, st.just("GET"), words, st.integers(300, 399), headers)
replies = st.builds(
    Reply,
    st.integers(100, 999),
    headers,
    bodies,
    st.booleans(),
    words,
    st.lists(hops, max_size=2).map(tuple),
    st.none() | st.builds(Digest.of, bodies),
)
times = st.sampled_from(["2026-11-23T01:02:03.456+00:00", "2026-01-01T00:00:00+00:00", ""])


def exchanges(base_url: str) -> st.SearchStrategy[Exchange]:
    """Return a strategy for exchanges with one address."""
    requests = st.builds(
        Request,
        st.sampled_from(["GET", "POST", "PUT"]),
        st.just(base_url),
        st.text("abc%2F?=&;.~", max_size=12).map(lambda text: f"/v1/{text}"),
        headers,
        st.none() | bodies,
    )
    return st.builds(
        Exchange,
        words,
        st.sampled_from(["create", "retrieve"]),
        st.none() | words,
        st.sampled_from(["key", "none", "wrong"]),
        requests,
        replies,
        times,
        st.floats(0, 99),
        st.sampled_from(["live", "recorded", "documented"]),
    )
