"""Whatever a vendor sends is shown as text, cut, and breaks neither page, Markdown, table nor terminal."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.support.hostile_vendor import MARK, TEXTS, write_hostile
from tests.support.report_runs import sight, verdict, write_run
from vidconform.report.pages.run_report import write_beside
from vidconform.report.terminal import failure, mentions
from vidconform.text import code, prose, slug, spreadsheet, visible

MAIN = "import sys; from vidconform.cli import main; sys.exit(main())"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_hostile(tmp_path_factory.mktemp("hostile"))
    write_beside(folder)
    return folder


@pytest.mark.parametrize("text", TEXTS)
def test_visible_text_holds_nothing_that_acts(text: str) -> None:
    assert visible(text).isprintable()


def test_visible_text_is_cut_and_says_how_much_there_was() -> None:
    assert visible("x" * 1_000_000) == "x" * 400 + "... (1000000 characters)"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("plain", "`plain`"),
        ("a`b", "``a`b``"),
        ("```", "```` ``` ````"),
        ("a|b", "`a\\|b`"),
        ("line\nbreak", "`line\\u000abreak`"),
        ("", "` `"),
    ],
)
def test_a_code_span_ends_where_we_end_it(text: str, span: str) -> None:
    assert code(text) == span


def test_prose_holds_no_markup() -> None:
    assert prose("<b>[x](y) @me https://z") == "&lt;b\\>\\[x\\]\\(y\\) &#64;me https&#58;//z"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_spreadsheet_calculates_nothing(text: str) -> None:
    assert spreadsheet(text)[0] not in "=+-@\t\r"


@pytest.mark.parametrize("text", TEXTS)
def test_a_slug_is_plain_and_stays_in_its_folder(text: str) -> None:
    name = slug(text, set())
    assert name.replace("-", "").replace("_", "").isalnum() or name == "x"


def test_two_names_never_share_a_file_even_where_case_is_ignored() -> None:
    taken: set[str] = set()
    assert len({slug(text, taken).lower() for text in ("a/b", "a-b", "A b", "a.b")}) == 4


@pytest.mark.slow
def test_no_markup_of_the_vendors_reaches_the_page(hostile: Path) -> None:
    page = (hostile / "report.html").read_text("utf-8")
    assert MARK in page, "the text is shown"
    assert "<script>document.title" not in page
    assert "<img" not in page
    assert "<svg onload" not in page
    assert len(page) < 2_000_000


def test_every_file_of_a_hostile_run_is_utf_8_without_control_characters(hostile: Path) -> None:
    for path in hostile.rglob("*"):
        if path.is_file() and path.name not in ("results.jsonl", "evidence.jsonl"):
            text = path.read_text("utf-8")
            assert not set(text) & {chr(n) for n in range(32) if n not in (9, 10, 13)} | set(text) & {
                "\u202e",
                "\u2066",
            }, path


def test_the_markdown_renders_without_any_element_of_the_vendors(hostile: Path) -> None:
    source = (hostile / "report.md").read_text("utf-8")
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(source)
    assert "&lt;script&gt;" in page, "the text is shown"
    for element in ("<script", "<img", "<svg", "<a ", "<b>"):
        assert element not in page
    assert page.count("<li>") == len(TEXTS) + 1 + 5, "one item a finding and one a disclaimer"
    assert len(source) < 40_000


def test_the_table_has_one_row_a_verdict_and_no_formula(hostile: Path) -> None:
    rows = list(csv.reader(io.StringIO((hostile / "matrix.csv").read_text("utf-8"))))
    assert len(rows) == len(TEXTS) + 2
    assert not [field for row in rows for field in row if field.startswith(("=", "+", "-", "@"))]


def test_json_formats_stay_small_and_parse(hostile: Path) -> None:
    for name in ("ctrf.json", "results.sarif"):
        text = (hostile / name).read_text("utf-8")
        assert json.loads(text)
        assert len(text) < 300_000


def test_badges_stay_in_their_folder(hostile: Path) -> None:
    assert len(list((hostile / "badges").iterdir())) == len(TEXTS) + 1


@pytest.mark.slow
def test_diff_and_history_send_the_terminal_nothing_but_text(hostile: Path, tmp_path: Path) -> None:
    write_run(tmp_path, [verdict()])
    for command in (
        ["history", str(hostile)],
        ["diff", str(tmp_path), str(hostile)],
        ["diff", str(hostile), str(tmp_path)],
    ):
        done = subprocess.run([sys.executable, "-c", MAIN, *command], capture_output=True, check=False)
        text = done.stdout.decode("utf-8")
        assert all(line.isprintable() for line in text.splitlines())
        assert "Traceback" not in done.stderr.decode()


@pytest.mark.parametrize("text", TEXTS[3:5])
def test_the_terminal_of_a_run_gets_nothing_but_text(text: str) -> None:
    row = verdict("fails", evidence=[sight()], received=visible(text), expected="x", request="")
    assert all(
        line.isprintable() for line in [*failure(row), *mentions([{**row, "reading": "deviates", "failing": False}])]
    )
