"""README.md and docs/ are easy to read: short lines, links that lead somewhere, pages begun by their command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.documented import PAGES, ROOT, commands

LINK = re.compile(r"\]\(([^)\s]+)\)")
ABROAD = ("http:", "https:", "mailto:")


def slug(heading: str) -> str:
    """Return the anchor that GitHub and mkdocs make of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower().replace("`", "")).strip().replace(" ", "-")


def leads_nowhere(page: Path, link: str) -> bool:
    if link.startswith(ABROAD):
        return False
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.is_file():
        return True
    headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE) if anchor else []
    return bool(anchor) and anchor not in map(slug, headings)


def dead_links(page: Path) -> list[str]:
    return [link for link in LINK.findall(page.read_text("utf-8")) if leads_nowhere(page, link)]


def long_lines(text: str, *, tables: bool) -> list[str]:
    return [line for line in text.splitlines() if len(line) > 120 and (tables or not line.lstrip().startswith("|"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_link_is_dead(page: Path) -> None:
    assert dead_links(page) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_is_long_but_those_of_tables(page: Path) -> None:
    assert long_lines(page.read_text("utf-8"), tables=page.name == "README.md") == []


def test_the_readme_is_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_page_is_named_by_the_readme(page: Path) -> None:
    readme = ROOT / "README.md"
    assert page == readme or f"docs/{page.name}" in LINK.findall(readme.read_text("utf-8"))


QUESTIONS = [page for page in PAGES if page.name not in ("README.md", "errors.md", "schemathesis.md")]


@pytest.mark.parametrize("page", QUESTIONS, ids=lambda page: page.name)
def test_a_page_begins_with_its_command(page: Path) -> None:
    assert next(iter(commands(page.name, page.read_text("utf-8")))).line <= 4


def unheld(text: str, root: Path) -> list[str]:
    """Return the promises that name no test, and the named tests that do not exist."""
    promised = text.partition("## What is promised")[2].partition("\n## ")[0]
    promises = [f"- {one}" for one in promised.split("\n- ")[1:]]
    named = re.findall(r"`(tests/[^`]+)`", text)
    missing = [name for name in named if not (root / name).is_file()]
    return [one[:40] for one in promises if "`tests/" not in one] + missing


def test_each_promise_of_safety_names_the_test_that_holds_it() -> None:
    assert unheld((ROOT / "SECURITY.md").read_text("utf-8"), ROOT) == []


def test_a_promise_that_nothing_holds_is_seen() -> None:
    text = "## What is promised\n\n- Held (`tests/gone.py`).\n- Not held.\n\n## What is not promised\n\n- Nothing.\n"
    assert unheld(text, ROOT) == ["- Not held.\n", "tests/gone.py"]


def test_what_is_wrong_with_a_page_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        f"# A `b` c?\n[a](#a-b-c) [b](#a-b) [c](gone.md) [d](page.md#x) [e](https://x.y)\n{'x' * 121}\n| {'x' * 121}\n"
    )
    assert dead_links(page) == ["#a-b", "gone.md", "page.md#x"]
    assert list(map(len, long_lines(page.read_text(), tables=False))) == [121]
    assert list(map(len, long_lines(page.read_text(), tables=True))) == [121, 123]
