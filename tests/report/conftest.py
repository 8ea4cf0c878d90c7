"""A browser for the tests of pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.chromium import Watched, chromium

Open = Callable[..., Watched]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def visit(browser: Any) -> Iterator[Open]:
    visited: list[Watched] = []

    def open_page(path: Path, anchor: str = "", **context: Any) -> Watched:
        visited.append(Watched(browser, path, anchor, **context))
        return visited[-1]

    yield open_page
    for watched in visited:
        watched.close()
        assert watched.said == [], "the console stays empty"
        assert watched.fetched == [], "nothing is fetched"
