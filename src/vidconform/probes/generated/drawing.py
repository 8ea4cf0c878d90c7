"""The program that draws requests with schemathesis and hypothesis; `exploration.py` starts it as a process of its own.

Hypothesis draws literals of the modules that are loaded, and no option keeps it from that. Here none of a user's is,
so no secret of theirs can be drawn and a seed pins what is; this file must import nothing of vidconform either.
Each line is one JSON value: it reads a plan and then a word on each request that it writes, and null ends the plan.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from contextlib import redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import unquote

import hypothesis
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

if TYPE_CHECKING:
    from schemathesis import Case

Drawn = dict[str, Any]

_CONFIG = {
    # Characters beyond ASCII come from `_ids`; schemathesis' own would cost two seconds of tables.
    "generation": {"with-security-parameters": False, "codec": "ascii"},
    "analysis": {"constants": {"enabled": False}},
}


class Suspicious(Exception):
    """A reply that may break a law; hypothesis looks for a smaller request with another such reply."""


class Enough(BaseException):
    """No further request is wanted. No error, which hypothesis would shrink."""


def main() -> None:
    """Serve one plan after the other until nobody asks for more."""
    with tempfile.TemporaryDirectory(prefix="vidconform-") as home, redirect_stdout(sys.stderr):
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = home
        # The tables of Unicode that each plan needs, made before anybody waits for one.
        st.text("0").validate()
        for line in iter(sys.stdin.readline, ""):
            _say(_outcome(json.loads(line)))


def _outcome(plan: dict[str, Any]) -> dict[str, str] | None:
    try:
        explore(plan)
    except Exception as error:  # noqa: BLE001 - told to whoever asked
        return {"error": f"{type(error).__name__}: {error}"}
    return None


def explore(plan: dict[str, Any]) -> None:
    """Draw requests until there are enough of them; those that are called suspicious are shrunk."""

    @hypothesis.seed(plan["seed"])
    @hypothesis.settings(
        max_examples=plan["examples"],
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(_requests(plan))
    def look(drawn: Drawn) -> None:
        word = _ask(drawn)
        hypothesis.assume(word != "unfit")
        if word == "suspicious":
            raise Suspicious

    with suppress(Suspicious, Enough, hypothesis.errors.Unsatisfiable):
        look()


def _ask(drawn: Drawn) -> str:
    _say(drawn)
    word: str = json.loads(sys.stdin.readline() or '"enough"')
    if word == "enough":
        raise Enough
    return word


# The pipe itself, whatever is printed to later.
def _say(value: Any, out: TextIO = sys.stdout) -> None:
    try:
        out.write(json.dumps(value) + "\n")
        out.flush()
    except BrokenPipeError:
        # Whoever asked was killed; Python would try to write the rest once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def _requests(plan: dict[str, Any]) -> SearchStrategy[Drawn]:
    # Chosen first and drawn then, since hypothesis would flatten a union of unions.
    ours, theirs = _ours(plan), [] if plan["openapi"] is None else [_described(plan)]
    chosen = st.sampled_from([*map(_smaller, plan["suspects"]), ours, ours, *theirs])
    return chosen.flatmap(lambda strategy: strategy)


def _described(plan: dict[str, Any]) -> SearchStrategy[Drawn]:
    """Return what schemathesis makes of an operation that has a body or a query: one that breaks its schema."""
    # Half a second, which the reads of a task by its path alone do not need.
    import schemathesis

    # Without a configuration of our own, one in the user's folder would count.
    config = schemathesis.Config.from_dict(_CONFIG)
    operation = schemathesis.openapi.from_path(plan["openapi"], config=config)[plan["path"]][plan["method"]]
    return operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE).map(_of_case)


def _of_case(case: Case[Any]) -> Drawn:
    """Return the request of a case; schemathesis' own transport would add headers to it."""
    # No documented path has more than one parameter.
    ids = [unquote(str(encoded), errors="surrogateescape") for encoded in case.path_parameters.values()]
    body = case.body if isinstance(case.body, bytes) else _json(case.body)
    return _drawn(ids[0] if ids else None, body, case.headers, case.query)


def _drawn(task_id: str | None, body: bytes | None, headers: Any = (), query: Any = ()) -> Drawn:
    text = None if body is None else body.decode("latin-1")
    return {"id": task_id, "body": text, "headers": dict(headers or {}), "query": dict(query or {})}


def _json(body: Any) -> bytes | None:
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except (TypeError, ValueError):
        # No body, or one that only a transport of schemathesis can write.
        return None


def _ours(plan: dict[str, Any]) -> SearchStrategy[Drawn]:
    ids = st.none() if plan["ids"] is None else _ids(**plan["ids"])
    bodies = st.none() if plan["bodies"] is None else _bodies(**plan["bodies"])
    return st.builds(_drawn, ids, bodies, st.sampled_from([{}, {}, {}, *plan["headers"]]))


def _ids(unknown: str, patterns: list[str], odd: str, plain: str, longest: int) -> SearchStrategy[str]:
    """Return a strategy for ids near the unknown one and of the patterns."""
    odds, places = st.text(odd, min_size=1, max_size=6), st.integers(0, len(unknown) - 1)
    # Beyond ASCII a pattern would cost the tables of `_CONFIG`.
    letters = st.characters(codec="ascii")
    return st.one_of(
        odds,
        st.integers(1, longest).map(lambda length: unknown.ljust(length, "0")[:length]),
        st.builds(lambda place, text: unknown[:place] + text + unknown[place:], places, odds),
        st.builds(lambda place, text: unknown[:place] + text + unknown[place + 1 :], places, st.sampled_from(plain)),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
        *(st.from_regex(pattern, fullmatch=True, alphabet=letters) for pattern in patterns),
    )


def _bodies(required: dict[str, Any], others: dict[str, Any], wrong: list[Any]) -> SearchStrategy[bytes | None]:
    """Return a strategy for objects in which some required members are missing or of a wrong type."""
    values = st.recursive(
        st.sampled_from(wrong) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab'\x00é", max_size=3), inner, max_size=3),
        max_leaves=5,
    )
    members = {name: values | st.just(value) for name, value in required.items()}
    return _some_of({**members, **{name: st.just(value) for name, value in others.items()}})


def _some_of(members: dict[str, SearchStrategy[Any]]) -> SearchStrategy[bytes | None]:
    return st.fixed_dictionaries({}, optional=members).map(_json)


def _smaller(suspect: Drawn) -> SearchStrategy[Drawn]:
    """Return a strategy for what is left of a request without some of its id and of its members."""
    body, ids = suspect["body"], st.none() if suspect["id"] is None else _pieces(suspect["id"])
    if isinstance(body, dict):
        return st.builds(_drawn, ids, _some_of({name: st.just(value) for name, value in body.items()}))
    return st.builds(_drawn, ids, st.just(body and body.encode("latin-1")))


def _pieces(task_id: str) -> SearchStrategy[str]:
    """Return a strategy for the beginnings of an id, down to nothing, and for parts of it."""
    start, length = st.just(0) | st.integers(0, len(task_id)), st.integers(0, len(task_id))
    return st.builds(lambda first, many: task_id[first : first + many], start, length)


if __name__ == "__main__":
    main()
