"""A headless Chromium for the tests of pages: what it was asked for, what it logged, what it fetched."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

EXECUTABLE = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
NODE_MODULES = Path(os.environ.get("VIDCONFORM_NODE_MODULES", Path(__file__).parents[2] / "node_modules"))


def needed(path: str, package: str) -> Path:
    """Return a file of an npm package, or skip with what would bring it."""
    file = NODE_MODULES / path
    if not file.is_file():
        pytest.skip(f"needs the npm package {package}: npm install {package}, and VIDCONFORM_NODE_MODULES if elsewhere")
    return file


@contextmanager
def chromium() -> Iterator[Any]:
    """Start a browser, or skip with what would bring it."""
    if EXECUTABLE is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    api = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install 'vidconform[browser]'")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=ARGUMENTS)
        yield browser
        browser.close()


class Watched:
    """A page of a browser with everything that it said and asked for."""

    def __init__(self, browser: Any, path: Path, anchor: str = "", **context: Any) -> None:
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **context)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri() + anchor)

    def _dismiss(self, dialog: Any) -> None:
        self.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def rows(self) -> list[str]:
        """The names of the requirements that the matrix shows, in its order."""
        names: list[str] = self.page.eval_on_selector_all(
            "#matrix tbody tr[data-r]", "rows => rows.filter(r => !r.hidden).map(r => r.cells[0].firstChild.data)"
        )
        return names

    @property
    def fetched(self) -> list[str]:
        """What was asked of anything but this disk."""
        return [url for url in self.asked if not url.startswith(("file:", "data:"))]

    def close(self) -> None:
        """Close the page."""
        self.context.close()


def until(page: Any, expression: str) -> None:
    """Wait until a page says so; its policy lets nobody else's code wait in it."""
    end = time.monotonic() + 10
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        time.sleep(0.05)
