"""Makes docs/site and docs/*.png again: `python docs/make.py`, with Chromium and playwright for the pictures.

All of it takes `pip install -e '.[sdk]'`. `python docs/make.py --errors` makes docs/errors.md alone, which takes
neither that nor a browser, and `--sdk` the table of docs/openai-sdk.md.

The evidence is what comes with the project: the documents' own examples, what real gateways answered, and the
recordings of our emulators; each page says which.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vidconform.client.openai_sdk import call_table
from vidconform.errors.error_table import errors_page
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.site import write_site
from vidconform.report.results_reader import find_results, read_run

DOCS = Path(__file__).resolve().parent
SITE = DOCS / "site"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
CLIENTS = ("--against=openai/videos", "--against=gptge/videos")
CELL = "octopusx-query.html#octopusx-query.example-id-is-the-one-asked"

_TABLE, _END = "<!-- made by docs/make.py --sdk -->", "<!-- end -->"

Act = Callable[[Any], object]


def main() -> None:
    """Write the page of the codes; then judge all providers, write the site and take the pictures."""
    (DOCS / "errors.md").write_text(errors_page(), "utf-8")
    if "--errors" in sys.argv:
        return
    if "--sdk" in sys.argv:
        _write_sdk_table()
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "--provider=all", "--sdk", *CLIENTS, f"--report={folder}"]
        subprocess.run(command, cwd=DOCS.parent, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        shutil.rmtree(SITE, ignore_errors=True)
        title = "Real gateways and vendors' documents about one thing: a video task"
        write_site(merge_files(find_results([folder])), SITE, title, with_documents=True)
    for unread in ("ctrf.json", "results.sarif", "matrix.csv", "badges"):
        _remove(SITE / unread)
    _pictures()


def _write_sdk_table() -> None:
    """Drive the openai package against every recording, and put what came of each call into its page."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "--provider=all", "--sdk", f"--report={folder}"]
        subprocess.run(command, cwd=DOCS.parent, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
        rows = [row for path in find_results([folder]) for row in read_run(path).client_lines]
    page = DOCS / "openai-sdk.md"
    before, _, rest = page.read_text("utf-8").partition(_TABLE)
    after = rest.partition(_END)[2]
    page.write_text(f"{before}{_TABLE}\n{call_table(rows)}\n{_END}{after}", "utf-8")


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _pictures() -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        _picture(browser, "verdicts", "index.html", _nothing)
        _picture(browser, "light", "index.html", _matrix)
        _picture(browser, "dark", "index.html", _matrix, color_scheme="dark")
        _picture(browser, "phone", "index.html", _nothing, viewport={"width": 390, "height": 780})
        _picture(browser, "cell", CELL, _nothing)
        _picture(browser, "timeline", "octopusx-videos.html", _lives, viewport={"width": 1000, "height": 560})
        _picture(browser, "documents", "documents.html", _nothing)
        browser.close()


def _picture(browser: Any, name: str, page: str, act: Act, **context: Any) -> None:
    shown = browser.new_page(**{"viewport": {"width": 1200, "height": 760}, **context})
    shown.goto(f"{SITE.as_uri()}/{page}")
    act(shown)
    shown.wait_for_timeout(300)
    shown.screenshot(path=DOCS / f"{name}.png")
    shown.close()


def _matrix(page: Any) -> None:
    page.select_option("#f-concern", "status")
    page.eval_on_selector("#matrix-title", "title => title.scrollIntoView()")


def _lives(page: Any) -> None:
    page.eval_on_selector(".life", "life => life.scrollIntoView()")


def _nothing(page: Any) -> None:
    page.wait_for_timeout(100)


if __name__ == "__main__":
    main()
