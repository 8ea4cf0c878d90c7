"""The vendors by the name of their provider: what a run needs of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.support.apart import cometapi, dashscope, evolink, minimax, openrouter, xai
from tests.support.apart.front import served


@dataclass(frozen=True)
class Known:
    """A vendor: who serves it, with which key, and where its documented paths begin."""

    make: Callable[[frozenset[str], Any], Any]
    key: Mapping[str, str]
    habits: Mapping[str, Any]
    faults: Mapping[str, str]


KNOWN = {
    "openrouter": Known(openrouter.OpenRouterVendor, openrouter.KEY, openrouter.HABITS, openrouter.FAULTS),
    "evolink": Known(evolink.EvolinkVendor, evolink.KEY, evolink.HABITS, evolink.FAULTS),
    "dashscope": Known(dashscope.DashscopeVendor, dashscope.KEY, dashscope.HABITS, dashscope.FAULTS),
    "minimax": Known(minimax.MinimaxVendor, minimax.KEY, minimax.HABITS, minimax.FAULTS),
    "xai": Known(xai.XaiVendor, xai.KEY, xai.HABITS, xai.FAULTS),
    "cometapi": Known(cometapi.CometapiVendor, cometapi.KEY, cometapi.HABITS, cometapi.FAULTS),
}


@contextmanager
def apart(provider: str, habit: str | None = None, *faults: str) -> Iterator[Any]:
    """Serve a vendor with a habit of it, by default the first, and some faults."""
    known = KNOWN[provider]
    unknown = set(faults) - set(known.faults)
    assert not unknown, f"{provider} has no fault of the name {unknown}"
    vendor = known.make(frozenset(faults), known.habits[habit or next(iter(known.habits))])
    with served(vendor):
        yield vendor
