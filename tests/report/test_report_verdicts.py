"""What a reader finds first: the verdict on each provider in two answers, each leading to its rows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import Open
from tests.support.chromium import Watched, needed, until
from tests.support.report_runs import NOW, exchange, sight, verdict, write_evidence, write_run
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.run_report import write_beside
from vidconform.report.pages.site import write_site
from vidconform.report.results_reader import find_results
from vidconform.report.results_writer import ResultsWriter
from vidconform.verdicts import Label

OUTAGE = "the connection was refused"
SDK = "client/openai-sdk"


def unknown_id(requirement: str) -> dict[str, Any]:
    """Return one of the rows that the same 500 breaks."""
    at = [sight(probe="unknown-task")]
    return verdict("fails", requirement, expected="a refusal with 4xx", received="500: oops", evidence=at)


def unseen(requirement: str, needs: str) -> dict[str, Any]:
    return verdict("unseen", requirement, expected=needs)


OWN = [
    *map(unknown_id, ("unknown-task-is-refused", "refusals-are-json", "refusals-are-not-server-errors")),
    verdict("fails", "status-type", received="7 at /status", evidence=[sight(pointer="/status")], concern="status"),
    *(verdict("conforms", f"kept-{number}") for number in range(5)),
    *(unseen(name, "a failed task") for name in ("error-type", "error-on-failure")),
    unseen("list-type", "a list"),
    verdict("contradicts itself", "status-type", subject="document", concern="status"),
]


def sdk(reading: str, requirement: str, **more: Any) -> dict[str, Any]:
    """Return one finding of --sdk."""
    label = {"breaks": "fails", "silently wrong": "fails", "degraded": "deviates", "as expected": "conforms"}[reading]
    severity = "breaks" if reading == "as expected" else reading
    told = {"call": "retrieve", "severity": severity, "reading": reading, "advice": f"Mind {requirement}."}
    return verdict(label, requirement, SDK, provider="acme", source="openai 3.0.0: retrieve", client=told, **more)


def by_other(label: str, requirement: str, against: str) -> dict[str, Any]:
    """Return a verdict by the contract of somebody else."""
    return {**verdict(label, requirement), "kind": "foreign", "against": against}


CLIENTS = [
    sdk("breaks", "create-returns"), sdk("breaks", "list-returns"), sdk("degraded", "wrong-key-is-told"),
    sdk("as expected", "retrieve-returns"),
]  # fmt: skip
FOREIGN = [
    by_other("fails", "id-type", "zeta/videos"),
    by_other("conforms", "id-type", "gptge/videos"),
    by_other("unseen", "result-type", "gptge/videos"),
]


def write(folder: Path, with_clients: bool = True) -> Path:
    """Write a run with its page; with what --sdk and --against found, or without."""
    writer = ResultsWriter(folder)
    writer.start("live")
    writer.provider("acme", "https://acme.example", {"acme/videos": {"document": "Document"}}, "Acme", 0.4)
    for line in OWN:
        writer.verdict(line)
    for line in FOREIGN if with_clients else ():
        writer.verdict(line)
    for line in CLIENTS if with_clients else ():
        writer.verdict(line)
    writer.end({"acme": {"requests": 96, "creations": 2}}, 1)
    write_evidence(folder, [exchange(index=index) for index in range(2)])
    write_beside(folder)
    return folder / "report.html"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="module")
def site(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_site(merge_files(find_results([report.parent])), folder, with_documents=True)
    return folder


def answers(shown: Watched) -> list[str]:
    texts: list[str] = shown.page.locator(".verdict dd").all_inner_texts()
    return texts


def test_the_first_screen_answers_both_questions(visit: Open, report: Path) -> None:
    shown = visit(report)
    keeps, clients = answers(shown)
    assert keeps == "4 promises broken by 2 faults, 5 kept, 3 not seen"
    assert clients == (
        "the OpenAI SDK breaks (2), works degraded (1), a client for zeta/videos breaks (1), "
        "a client for gptge/videos can read it"
    )
    told = shown.page.inner_text(".verdict")
    assert "sent 96 requests, 2 creations, $0.80" in told
    assert "1 contradiction" in told
    box = shown.page.locator(".verdict").bounding_box()
    assert box["y"] + box["height"] < 900


def test_where_no_client_was_tried_one_line_says_how(visit: Open, tmp_path: Path) -> None:
    _, clients = answers(visit(write(tmp_path, with_clients=False)))
    assert clients == "not asked: --sdk tries the OpenAI SDK, --against=CONTRACT a client for another contract"


def test_an_outage_is_no_verdict(visit: Open, tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("inconclusive", f"row-{number}", received=OUTAGE) for number in range(9)])
    write_beside(tmp_path)
    shown = visit(tmp_path / "report.html")
    assert answers(shown)[0] == f"no verdict: none of its 9 promises could be judged ({OUTAGE})"
    assert shown.page.locator(".verdict.F, .verdict.O").count() == 0
    assert shown.page.locator(".findings li").count() == 1, "one cause is one thing to read"


def test_what_is_emulated_says_so_beside_its_verdict(visit: Open, tmp_path: Path) -> None:
    write_run(tmp_path, [verdict(evidence=[sight("emulated")])])
    write_beside(tmp_path)
    assert "emulated" in visit(tmp_path / "report.html").page.inner_text(".verdict h2")


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("5 kept", [f"kept-{number}" for number in range(5)]),
        ("3 not seen", ["error-on-failure", "error-type", "list-type"]),
    ],
)
def test_a_number_leads_to_its_rows(visit: Open, report: Path, site: Path, words: str, rows: list[str]) -> None:
    for page in (report, site / "index.html"):
        shown = visit(page)
        shown.page.click(f".verdict a:has-text('{words}')")
        until(shown.page, "document.getElementById('f-reading').value !== ''")
        assert shown.rows() == rows
        assert shown.page.evaluate("document.getElementById('matrix-title').getBoundingClientRect().top") < 900


def test_what_is_broken_leads_to_the_faults_by_their_cause(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.click(".verdict a.bad")
    faults = shown.page.locator("#broken-acme > ul > li").all_inner_texts()
    assert len(faults) == 2
    assert "The same cause breaks 2 more requirements" in faults[0]
    for requirement in ("unknown-task-is-refused", "refusals-are-json", "refusals-are-not-server-errors"):
        assert requirement in faults[0]
    assert "status-type" in faults[1]


def test_what_was_never_seen_is_grouped_by_what_would_show_it(visit: Open, report: Path) -> None:
    section = visit(report).page.locator(".findings:has-text('What was never seen')")
    section.evaluate("section => { section.open = true }")
    assert "What was never seen: 3 for 2 reasons" in section.inner_text()
    first, second = section.locator("li").all_inner_texts()
    assert "needs a failed task" in first
    assert "error-on-failure" in first
    assert "error-type" in first
    assert "needs a list" in second


@pytest.mark.parametrize("page", ["report", "clients"])
def test_the_findings_of_the_sdk_stand_on_the_pages(visit: Open, report: Path, site: Path, page: str) -> None:
    shown = visit(report if page == "report" else site / "clients.html", "#sdk-acme")
    text = shown.page.inner_text("section:has(#sdk-title)")
    for words in (
        "openai 3.0.0",
        "create-returns",
        "Mind create-returns.",
        "As a client expects it: retrieve-returns.",
    ):
        assert words in text
    assert text.index("create-returns") < text.index("wrong-key-is-told"), "what breaks comes first"


def test_the_filters_stand_in_the_address_and_are_taken_from_it(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.select_option("#f-level", "M")
    shown.page.fill("#f-text", "status")
    address = shown.page.evaluate("location.search")
    assert address == "?text=status&level=M"
    again = visit(report, address)
    assert again.rows() == shown.rows() == ["status-type"]
    again.page.click("button[type=reset]")
    until(again.page, "location.search === ''")
    assert len(again.rows()) == 12


def test_an_address_that_names_no_filter_of_ours_filters_nothing(visit: Open, report: Path) -> None:
    shown = visit(report, "?reading=ZZ&concern=nothing&level=%3Cscript%3E&other=1")
    assert len(shown.rows()) == 12


def test_going_back_takes_a_filter_away_again(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.click(".verdict a:has-text('5 kept')")
    assert len(shown.rows()) == 5
    shown.page.go_back()
    until(shown.page, "document.getElementById('f-reading').value === ''")
    assert len(shown.rows()) == 12


def test_a_filter_outlives_a_cell_that_is_opened_and_closed(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.select_option("#f-reading", "F")
    shown.page.locator("#matrix td.F").first.click()
    shown.page.wait_for_selector(".panel.open")
    shown.page.keyboard.press("Escape")
    assert shown.page.evaluate("location.search + location.hash") == "?reading=F"
    assert len(shown.rows()) == 4


def test_every_page_of_a_site_has_the_same_navigation(visit: Open, site: Path) -> None:
    found = {}
    for page in ("index", "findings", "trend", "clients", "documents", "acme-videos"):
        shown = visit(site / f"{page}.html").page
        found[page] = shown.locator(".top nav a").all_inner_texts()
        assert shown.locator("[aria-current=page]").count() == 1, page
    assert len(set(map(tuple, found.values()))) == 1, found
    assert "Clients" in found["index"]


def test_the_legend_has_every_reading_in_whole_sentences(visit: Open, report: Path) -> None:
    legend = visit(report).page.locator("details.legend")
    terms, sentences = legend.locator("dt").all_text_contents(), legend.locator("dd").all_text_contents()
    assert set(Label) <= set(terms)
    assert [sentence for sentence in sentences if not sentence[0].isupper() or not sentence.endswith(".")] == []


def test_the_matrix_of_one_vendor_uses_the_width(visit: Open, report: Path) -> None:
    shown = visit(report).page
    box, last = (shown.locator(name).first.bounding_box() for name in ("#scroll", "#matrix td:last-child"))
    assert last["x"] + last["width"] > box["x"] + box["width"] - 20
    told = shown.locator("#matrix td.F").all_text_contents()
    assert sum("received 500: oops" in text for text in told) == 3


LETTERS = """() => [...document.querySelectorAll('main td, main th, main dd, main li')].filter(cell => {
  const longest = Math.max(0, ...cell.textContent.split(/\\s+/).map(word => word.length));
  const box = cell.getBoundingClientRect(), is_narrow = longest > 3 && box.width < 60 && box.height > 90;
  return cell.offsetParent && is_narrow && getComputedStyle(cell).position !== 'absolute';
}).map(cell => cell.textContent.slice(0, 40))"""
HIDDEN = """() => [...document.querySelectorAll('#matrix tbody tr:not([hidden]) small, #matrix tbody td *')]
  .filter(one => getComputedStyle(one).display === 'none').length"""


@pytest.mark.parametrize("page", ["report", "index", "findings", "trend", "clients", "acme-videos"])
def test_a_phone_gets_everything_and_no_column_of_letters(visit: Open, report: Path, site: Path, page: str) -> None:
    path = report if page == "report" else site / f"{page}.html"
    shown = visit(path).page
    shown.set_viewport_size({"width": 390, "height": 844})
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.evaluate(LETTERS) == []
    assert shown.evaluate(HIDDEN) == 0


def test_a_phone_can_read_many_documents_side_by_side(visit: Open, tmp_path: Path) -> None:
    names = ("octopusx/query", "octopusx/videos", "gptge/videos", "opeai/videos", "chainhub/videos", "openai/videos")
    write_run(tmp_path, [verdict(contract=name) for name in names])
    write_site(merge_files(find_results([tmp_path])), tmp_path / "site", with_documents=True)
    shown = visit(tmp_path / "site" / "documents.html").page
    shown.set_viewport_size({"width": 390, "height": 844})
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.evaluate(LETTERS) == []
    shown.eval_on_selector_all(".doc li", "items => items.forEach(item => { item.style.width = '30px' })")
    assert shown.evaluate(LETTERS) != [], "a column of letters would be seen"


def test_a_fault_is_loud_in_the_trend_and_an_outage_is_not(visit: Open, tmp_path: Path) -> None:
    outage = [verdict("inconclusive", f"row-{number}", received=OUTAGE) for number in range(60)]
    well = [verdict("conforms", f"row-{number}") for number in range(60)]
    known = {"state": "expected", "reason": "told", "since": "2026-01-01"}
    nights = [
        well, outage, [verdict("fails", "row-0"), *well[1:]],
        [verdict("fails", "row-0", deviation=known), *well[1:]],
    ]  # fmt: skip
    for number, lines in enumerate(nights):
        write_run(tmp_path / str(number), lines, started_at=NOW - timedelta(days=9 - number))
    write_site(merge_files(find_results([tmp_path])), tmp_path / "site")
    bars = visit(tmp_path / "site" / "trend.html").page.locator(".trend svg g")
    tall = [float(bars.nth(2).locator("rect.F").get_attribute("height") or 0), 5.0]
    assert tall[0] > 2 * tall[1], "one fault of sixty is plainly seen"
    assert bars.nth(1).locator("rect").count() == 0
    assert "not judged" in bars.nth(1).text_content()
    assert [bars.nth(number).locator("rect.F").count() for number in range(4)] == [0, 0, 1, 0], "what is known is quiet"


def test_each_task_that_broke_a_law_is_marked_at_its_own_reply(visit: Open, tmp_path: Path) -> None:
    both = [sight(exchange=1, pointer="/created_at"), sight(exchange=3)]
    write_run(tmp_path, [verdict("fails", "created-at-never-changes", evidence=both)])
    tasks = ["task_1", "task_1", "task_2", "task_2", "task_3", "task_3"]
    write_evidence(tmp_path, [exchange(index=index, task_id=task) for index, task in enumerate(tasks)])
    write_beside(tmp_path)
    lives = visit(tmp_path / "report.html").page.locator(".life")
    assert [lives.nth(number).locator(".broken").count() for number in range(3)] == [1, 1, 0]


def test_a_task_that_was_read_once_is_drawn_where_it_broke_a_law(visit: Open, tmp_path: Path) -> None:
    write_run(tmp_path, [verdict("fails", evidence=[sight(exchange=2)])])
    tasks = [("task_1", "retrieve"), ("task_2", "retrieve"), ("task_1", "content")]
    lines = [exchange(index=index, task_id=task, role=role) for index, (task, role) in enumerate(tasks)]
    write_evidence(tmp_path, [{**line, "state": None} if line["role"] == "content" else line for line in lines])
    write_beside(tmp_path)
    lives = visit(tmp_path / "report.html").page.locator(".life")
    assert lives.count() == 1, "the other was read once and broke nothing"
    assert "task_1" in lives.inner_text()
    assert lives.locator(".broken").count() == 1


def test_a_verdict_by_another_contract_may_tell_the_version_of_whom_it_is_about(tmp_path: Path) -> None:
    told = {**FOREIGN[0], "held_to": "openai/videos", "version": "1.2"}
    writer = ResultsWriter(tmp_path)
    writer.start("recorded")
    writer.verdict(told)
    writer.end({}, 0)
    (path,) = find_results([tmp_path])
    assert merge_files([path]).foreign == {("acme/videos", "zeta/videos"): [told]}


@pytest.mark.parametrize("page", ["report", "index", "findings", "trend", "clients", "documents", "acme-videos"])
def test_axe_finds_nothing_on_any_page_at_any_width(visit: Open, report: Path, site: Path, page: str) -> None:
    axe = needed("axe-core/axe.min.js", "axe-core").read_text("utf-8")
    shown = visit(report if page == "report" else site / f"{page}.html").page
    shown.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    shown.evaluate(axe)
    for width, scheme in ((1280, "light"), (390, "dark")):
        shown.set_viewport_size({"width": width, "height": 844})
        shown.emulate_media(color_scheme=scheme)
        found = shown.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [(v["id"], v["nodes"][0]["html"][:300]) for v in found["violations"]] == [], (width, scheme)


def test_the_reader_chooses_which_documents_stand_side_by_side(visit: Open, tmp_path: Path) -> None:
    names = ("gptge", "opeai", "xai")
    write_run(tmp_path, [verdict(contract=f"{name}/videos") for name in names])
    write_site(merge_files(find_results([tmp_path])), tmp_path / "site", with_documents=True)
    page = visit(tmp_path / "site" / "documents.html").page
    heads = page.locator("table.doc thead th:visible")
    assert heads.count() == 1 + len(names)
    page.uncheck("#chooser input[value='opeai/videos']")
    assert [heads.count(), page.locator("table.doc tbody tr").first.locator("td:visible").count()] == [3, 2]
    page.goto(page.url)
    assert page.url.endswith("?documents=gptge/videos,xai/videos")
    assert heads.count() == 3
    page.click("#chooser button")
    assert heads.count() == 4
    page.click("#chooser button")
    assert heads.count() == 1
