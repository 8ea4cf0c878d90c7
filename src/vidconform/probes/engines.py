"""schemathesis and hypothesis, imported only by a run that generates: together they cost more than a recorded run."""

from __future__ import annotations

import gc
import gzip
import json
import sys
import tempfile
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from vidconform.contracts import Contract, Operation
from vidconform.probes.wording import Raw, raw_request

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy
    from schemathesis import Case

# Executions for each request that may be sent: what repeats an earlier request costs none.
_IDLE = 8


class Suspicious(Exception):
    """A reply that may break a law; hypothesis looks for a smaller request with another such reply."""


def explore(strategy: SearchStrategy[Raw], attempt: Callable[[Raw], bool], seed: int, most: int) -> None:
    """Generate requests until `attempt` has enough of them; those that it calls suspicious are shrunk."""
    import hypothesis

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=most * _IDLE,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
        suppress_health_check=list(hypothesis.HealthCheck),
        report_multiple_bugs=False,
        verbosity=hypothesis.Verbosity.quiet,
    )
    @hypothesis.given(strategy)
    def look(raw: Raw) -> None:
        if attempt(raw):
            raise Suspicious

    with suppress(Suspicious, hypothesis.errors.Unsatisfiable):
        look()


def seed_for(seed: int, name: str) -> int:
    """Return the seed of one operation: the same requests to two of them would be half as many."""
    return zlib.crc32(name.encode(), seed & 0xFFFFFFFF)


@contextmanager
def unwatched() -> Iterator[None]:
    """Keep pytest from rewriting the asserts of these engines, and the garbage collector from going through them.

    Both bring plugins of pytest, hence the one, and hundreds of modules, hence the other: together seconds.
    """
    finders, collects, first = sys.meta_path[:], gc.isenabled(), "schemathesis" not in sys.modules
    sys.meta_path[:] = [finder for finder in finders if not type(finder).__module__.startswith("_pytest")]
    gc.disable()
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        if first:
            gc.freeze()
        if collects:
            gc.enable()


@contextmanager
def at_rest() -> Iterator[None]:
    """Keep hypothesis from writing beside the user's files and from reading them."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with tempfile.TemporaryDirectory(prefix="vidconform-") as home, _without_literals():
        _keep_intervals(Path(home))
        set_hypothesis_home_dir(home)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


@contextmanager
def _without_literals() -> Iterator[None]:
    """Keep hypothesis from drawing the literals of local modules: no seed pins them, and one may be a secret."""
    from hypothesis.internal.conjecture import providers

    try:
        find, none = providers._get_local_constants, type(providers._local_constants)()
        kept = providers.CONSTANTS_CACHE.cache
    except AttributeError:
        # Another version of hypothesis, which has no option for it either.
        yield
        return
    kept.clear()
    providers._get_local_constants = lambda: none
    try:
        yield
    finally:
        providers._get_local_constants = find
        kept.clear()


def _keep_intervals(home: Path) -> None:
    """Lay down what hypothesis would compute and keep: the characters of UTF-8, two seconds' work."""
    folder = home / "unicode_data" / unicodedata.unidata_version
    folder.mkdir(parents=True)
    intervals = [[[0, 0xD7FF], [0xE000, 0x10FFFF]], []]
    (folder / "codec-v2-utf-8.json.gz").write_bytes(gzip.compress(json.dumps(intervals).encode(), 1))


def described(contract: Contract, operation: Operation) -> SearchStrategy[Raw]:
    """Return what schemathesis makes of an operation: any id for a read, a wrong body or query where there is one."""
    import schemathesis
    from hypothesis import strategies as st
    from schemathesis import GenerationMode

    # Without a configuration of our own, one in the user's folder would count.
    off = {"generation": {"with-security-parameters": False}, "analysis": {"constants": {"enabled": False}}}
    config = schemathesis.Config.from_dict(off)
    schema = schemathesis.openapi.from_path(contract.folder / "openapi.yaml", config=config)
    described = schema[operation.path][operation.method.lower()]
    modes = [GenerationMode.NEGATIVE if operation.request_schema else GenerationMode.POSITIVE]
    modes += [GenerationMode.NEGATIVE] if operation.id_in == "query" else []
    cases = st.one_of([described.as_strategy(generation_mode=mode) for mode in modes])
    return cases.map(lambda case: _raw(operation, case))


def _raw(operation: Operation, case: Case[Any]) -> Raw:
    """Return the request of a case as it goes out; schemathesis' own transport would add headers to it."""
    target = operation.path
    if operation.id_in == "path":
        encoded = str(case.path_parameters[operation.id_parameter or ""])
        target = operation.target(unquote(encoded, errors="surrogateescape"))
    if case.query:
        target += f"?{urlencode(list(case.query.items()), doseq=True, quote_via=quote)}"
    body = case.body if isinstance(case.body, bytes) else _text(case.body)
    return raw_request(operation, target, body, dict(case.headers or {}))


def _text(body: Any) -> bytes | None:
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except (TypeError, ValueError):
        # No body, or one that only a transport of schemathesis can write.
        return None
