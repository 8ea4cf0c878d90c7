"""The pages as a reader has them, in a real browser."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.report.conftest import Open
from tests.support.chromium import needed, until
from tests.support.hostile_vendor import MARK, write_hostile
from tests.support.report_runs import NOW, exchange, sight, verdict, write_evidence, write_run
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.run_report import write_beside
from vidconform.report.pages.site import write_site
from vidconform.report.results_reader import find_results


def _verdicts() -> list[dict[str, Any]]:
    emulated, old = [sight("emulated")], [sight(at=NOW - timedelta(days=40))]
    return [
        verdict(
            "fails", "id-type", evidence=[sight(pointer="/id", exchange=1)], expected="type string", received="7 at /id"
        ),
        verdict("conforms", "id-type", "zeta/videos", level="SHOULD", evidence=emulated),
        verdict("conforms", "status-type", concern="status"),
        verdict("deviates", "status-type", "zeta/videos", level="SHOULD", concern="status", evidence=emulated),
        verdict("contradicts itself", "status-type", concern="status", subject="document"),
        verdict("unseen", "result-type", concern="result", level="MAY"),
        verdict("conforms", "result-url", "zeta/videos", concern="result", evidence=old),
    ]


def _exchanges() -> list[dict[str, Any]]:
    states = [("queued", "waiting", 0), ("in_progress", "running", 40), ("completed", "succeeded", 100)]
    return [
        exchange(
            json.dumps({"id": 7, "status": word}), index=index, state={"status": word, "phase": phase, "progress": done}
        )
        for index, (word, phase, done) in enumerate(states)
    ]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_run(folder, _verdicts(), cost={"acme": {"requests": 9, "creations": 2}}, price=0.4)
    write_evidence(folder, _exchanges())
    write_beside(folder)
    return folder / "report.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nights")
    for night in range(3):
        lines = [verdict("fails" if night == 2 else "conforms"), *_verdicts()[1:]]
        write_run(folder / str(night), lines, started_at=NOW - timedelta(days=3 - night))
        write_evidence(folder / str(night), _exchanges())
    write_site(merge_files(find_results([folder])), folder / "site")
    return folder / "site"


def test_the_text_filter_keeps_what_holds_the_text(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.fill("#f-text", "result")
    assert shown.rows() == ["result-type", "result-url"]
    assert "2 of 4 requirements" in shown.page.inner_text("#shown")


@pytest.mark.parametrize(
    ("box", "value", "rows"),
    [
        ("#f-level", "Y", ["result-type"]),
        ("#f-level", "S", ["id-type", "status-type"]),
        ("#f-reading", "F", ["id-type"]),
        ("#f-reading", "C", ["status-type"]),
        ("#f-concern", "result", ["result-type", "result-url"]),
    ],
)
def test_each_filter_keeps_the_rows_that_fit(visit: Open, report: Path, box: str, value: str, rows: list[str]) -> None:
    shown = visit(report)
    shown.page.select_option(box, value)
    assert shown.rows() == rows


def test_the_provider_filter_hides_the_other_columns_and_their_rows(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.fill("#f-provider", "zeta")
    assert shown.rows() == ["id-type", "result-url", "status-type"]
    assert shown.page.locator("#matrix thead th:visible").count() == 2


def test_filters_work_together_and_reset_brings_everything_back(visit: Open, report: Path) -> None:
    shown = visit(report)
    everything = shown.rows()
    shown.page.fill("#f-provider", "zeta")
    shown.page.select_option("#f-reading", "F")
    assert shown.rows() == []
    shown.page.click("button[type=reset]")
    until(shown.page, "document.getElementById('shown').textContent.startsWith('4 of 4')")
    assert shown.rows() == everything


def test_sorting_by_name_by_what_is_worst_and_by_one_contract(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.select_option("#f-sort", "name")
    assert shown.rows() == ["id-type", "result-type", "result-url", "status-type"]
    shown.page.select_option("#f-sort", "worst")
    assert shown.rows()[:2] == ["id-type", "status-type"]
    shown.page.locator("#matrix thead .sort").nth(1).click()
    assert shown.rows()[0] == "status-type"
    assert shown.page.locator("#matrix th[aria-sort]").count() == 1


def test_a_cell_opens_with_statement_pair_body_and_curl(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.locator("#matrix td.F").first.click()
    panel = shown.page.locator(".panel.open")
    text = panel.inner_text()
    for expected in (
        "The statement of id-type.",
        "Document: section",
        "type string",
        "7 at /id",
        "3 observations",
        "zeta/videos",
    ):
        assert expected in text
    assert panel.locator("mark").all_inner_texts() == ["7"]
    assert "pytest --provider=acme -k '[acme/videos-id-type]' --live" in text


def test_evidence_is_followed_to_the_exchange_and_back(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.locator("#matrix td.F").first.click()
    shown.page.locator(".panel.open .sights a").first.click()
    shown.page.wait_for_selector(".panel.open h2:has-text('observe #1')")
    assert "https://acme.example/v1/videos/task_1" in shown.page.inner_text(".panel.open")
    shown.page.go_back()
    shown.page.wait_for_selector(".panel.open mark")


def test_the_keyboard_alone_moves_opens_and_closes(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.focus("#matrix td[tabindex='0']")
    first = shown.page.evaluate("document.activeElement.parentElement.dataset.r")
    shown.page.keyboard.press("ArrowDown")
    assert shown.page.evaluate("document.activeElement.parentElement.dataset.r") != first
    shown.page.keyboard.press("ArrowUp")
    shown.page.keyboard.press("Enter")
    # The address changes first, and what listens to it is told later.
    until(shown.page, "document.activeElement.className == 'panel open'")
    assert shown.page.locator(".panel.open").count() == 1
    shown.page.keyboard.press("Escape")
    assert shown.page.locator(".panel.open").count() == 0
    assert shown.page.evaluate("document.activeElement.parentElement.dataset.r") == first
    shown.page.keyboard.press("/")
    assert shown.page.evaluate("document.activeElement.id") == "f-text"


def test_an_address_opens_its_cell(visit: Open, report: Path) -> None:
    assert "id-type" in visit(report, "#acme-videos.id-type").page.inner_text(".panel.open h2")


def test_headers_stay_in_sight_while_the_matrix_scrolls(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.set_viewport_size({"width": 500, "height": 300})
    before, after = shown.page.evaluate(
        """() => {
          const box = document.getElementById('scroll');
          const place = name => box.querySelector(name).getBoundingClientRect();
          const seen = () => [place('thead th').top, place('tbody th[scope=row]').left];
          const first = seen();
          box.scrollTo(60, 60);
          return [first, seen()];
        }"""
    )
    assert before == pytest.approx(after, abs=1)


def test_dark_follows_the_system_and_the_button_turns_it(visit: Open, report: Path) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light, dark = visit(report, color_scheme="light").page, visit(report, color_scheme="dark").page
    assert light.evaluate(background) == "rgb(255, 255, 255)"
    assert dark.evaluate(background) == "rgb(15, 19, 24)"
    dark.click("#theme")
    assert dark.evaluate(background) == "rgb(255, 255, 255)"


def test_origin_age_and_emulation_are_said_in_words(visit: Open, report: Path) -> None:
    shown = visit(report)
    texts = shown.page.eval_on_selector_all("#matrix td", "cells => cells.map(c => c.textContent)")
    assert "conformsemulated today" in texts
    assert "conformslive todaydoc: contradicts itself" in texts
    assert "conformslive 40 d" in texts
    assert shown.page.locator("#matrix td.old").count() == 1
    assert shown.page.locator("#matrix td.e").count() == 2


def test_a_page_grows_old_by_itself(visit: Open, browser: Any, report: Path) -> None:
    shown = visit(report)
    shown.page.clock.install(time=NOW + timedelta(days=35))
    shown.page.reload()
    assert shown.page.locator("#matrix td.old").count() == 6
    assert "conformslive 35 d" in "".join(
        shown.page.eval_on_selector_all("#matrix td", "cells => cells.map(c => c.textContent)")
    )


def test_the_life_of_a_task_is_drawn(visit: Open, report: Path) -> None:
    life = visit(report).page.locator(".life svg").first
    assert life.locator(".band").count() == 3
    assert life.locator(".broken").count() == 1
    assert "queued (1 poll), then in_progress (1 poll), then completed (1 poll)" in str(
        life.get_attribute("aria-label")
    )
    points = [point.split(",") for point in str(life.locator(".progress").get_attribute("points")).split()]
    assert [float(y) for _, y in points] == sorted((float(y) for _, y in points), reverse=True)


def test_costs_say_requests_creations_and_money(visit: Open, report: Path) -> None:
    text = visit(report).page.inner_text("section:has(#costs-title)")
    assert "0.80 USD" in text
    assert "9" in text


def test_a_phone_needs_no_sideways_scrolling_of_the_page(visit: Open, report: Path) -> None:
    shown = visit(report, "#acme-videos.id-type")
    shown.page.set_viewport_size({"width": 390, "height": 844})
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert shown.page.locator(".panel.open").bounding_box()["width"] <= 390


def test_print_shows_the_whole_matrix_without_controls(visit: Open, report: Path) -> None:
    shown = visit(report)
    shown.page.emulate_media(media="print")
    assert shown.page.locator(".filters").is_hidden()
    assert shown.page.evaluate("getComputedStyle(document.getElementById('scroll')).overflow") == "visible"


def test_without_scripts_a_link_still_opens_a_panel(visit: Open, report: Path) -> None:
    shown = visit(report, java_script_enabled=False)
    shown.page.locator(".findings a").first.click()
    assert shown.page.locator(".panel:target").is_visible()


def test_a_site_leads_from_a_cell_to_its_contract_and_since_when(visit: Open, site: Path) -> None:
    shown = visit(site / "index.html")
    shown.page.locator("#matrix td.F").first.click()
    shown.page.wait_for_selector(".panel.open")
    text = shown.page.inner_text(".panel.open")
    assert shown.page.url.endswith("acme-videos.html#acme-videos.id-type")
    assert f"fails since {(NOW - timedelta(days=1)).date()}" in text
    assert f"first seen {(NOW - timedelta(days=3)).date()}" in text


@pytest.mark.parametrize("page", ["index.html", "findings.html", "trend.html", "acme-videos.html"])
def test_every_link_of_a_site_leads_somewhere(visit: Open, site: Path, page: str) -> None:
    shown = visit(site / page)
    for href in shown.page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))"):
        file, _, anchor = href.partition("#")
        target = (site / (file.partition("?")[0] or page)).read_text("utf-8")
        assert not anchor or f'id="{anchor}"' in target, href


def test_a_truncated_run_says_so_first(visit: Open, tmp_path: Path) -> None:
    write_run(tmp_path, [verdict()], ended=False)
    write_beside(tmp_path)
    assert "Truncated run" in visit(tmp_path / "report.html").page.inner_text("main .warning")


def test_a_hostile_vendor_does_nothing(visit: Open, tmp_path: Path) -> None:
    write_beside(write_hostile(tmp_path))
    shown = visit(tmp_path / "report.html")
    for panel in shown.page.eval_on_selector_all(".panel", "panels => panels.map(p => p.id)"):
        shown.page.evaluate("id => { location.hash = id }", panel)
    shown.page.wait_for_timeout(200)
    assert MARK not in shown.page.title()
    assert shown.page.locator("script").count() == 1
    assert shown.page.locator("img, iframe, object, embed, form:not(.filters)").count() == 0
    links = shown.page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))")
    assert not [link for link in links if not link.startswith(("#", "?"))]
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_hostile_site_writes_inside_its_folder_alone(visit: Open, tmp_path: Path) -> None:
    write_site(merge_files(find_results([write_hostile(tmp_path / "run")])), tmp_path / "out" / "site")
    assert {path.name for path in tmp_path.iterdir()} == {"run", "out"}
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"site"}
    for page in ("index.html", "findings.html"):
        assert MARK not in visit(tmp_path / "out" / "site" / page).page.title()


@pytest.mark.parametrize("page", ["report", "panel", "index", "contract", "trend", "hostile"])
def test_axe_finds_nothing_in_light_and_dark(visit: Open, report: Path, site: Path, tmp_path: Path, page: str) -> None:
    axe = needed("axe-core/axe.min.js", "axe-core").read_text("utf-8")
    if page == "hostile":
        write_beside(write_hostile(tmp_path))
    paths = {
        "report": (report, ""), "panel": (report, "#acme-videos.id-type"), "index": (site / "index.html", ""),
        "contract": (site / "acme-videos.html", ""), "trend": (site / "trend.html", ""),
        "hostile": (tmp_path / "report.html", ""),
    }  # fmt: skip
    shown = visit(*paths[page])
    shown.page.evaluate(axe)
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)
        found = shown.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [(v["id"], v["nodes"][0]["html"][:300]) for v in found["violations"]] == [], scheme
