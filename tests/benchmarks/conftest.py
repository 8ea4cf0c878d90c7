"""Each benchmark tells its figure; `figures.py` writes them into the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest


@pytest.fixture(autouse=True)
def told(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Record the median of what pytest-benchmark measured; what else was measured is recorded by its test."""
    benchmark = request.getfixturevalue("benchmark") if "benchmark" in request.fixturenames else None
    yield
    if benchmark is not None and benchmark.stats is not None:
        record_property("measured", f"{benchmark.stats.stats.median:.1f} s")
