"""The page of `vidconform client --html` as a reader has it, in a real browser, whatever the client says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.chromium import Watched, chromium, needed
from vidconform.client.against_vices.client_process import Ending
from vidconform.client.against_vices.client_run import ClientRun
from vidconform.client.against_vices.effect_page import page
from vidconform.client.against_vices.effect_table import Findings
from vidconform.client.against_vices.effects import Baseline, effect_of
from vidconform.client.against_vices.left_behind import steady
from vidconform.emulator.vices import vices_of

HOSTILE = "</td><script>alert(1)</script>\x1b[2J\u202e"


def run(code: int | None, out: str, *told: str) -> ClientRun:
    return ClientRun(Ending(code, 0.25, HOSTILE, "had not ended"), {"stdout": out.encode()}, told)


def findings() -> Findings:
    """Return one vice for each group of the table."""
    first, second = run(0, f"1\n{HOSTILE}", "as ever"), run(0, f"2\n{HOSTILE}", "as ever")
    baseline = Baseline(first, second, steady(first.parts, second.parts))
    runs = [
        run(0, "1\nother", "else"), run(None, "", "else"), run(0, f"3\n{HOSTILE}", "else"), first, run(1, "", "else"),
    ]  # fmt: skip
    effects = [effect_of(vice, one, baseline) for vice, one in zip(vices_of("gptge"), runs, strict=False)]
    return Findings("gptge", ("client", HOSTILE), 1_760_000_000, baseline, 10.0, effects)


def test_each_group_has_its_vices_and_nothing_is_markup() -> None:
    words = ["silently different", "never ended", "unaffected", "never met", "noticed"]
    assert [(word, len(found)) for word, _, found in findings().groups] == [(word, 1) for word in words]
    made = page(findings())
    assert "<script>alert" not in made
    assert "\x1b" not in made
    assert "\u202e" not in made
    assert all(f">{word}</span> 1</h2>" in made for word in words)


@pytest.mark.slow
def test_axe_finds_nothing_in_light_and_dark(tmp_path: Path) -> None:
    axe = needed("axe-core/axe.min.js", "axe-core").read_text("utf-8")
    path = tmp_path / "client.html"
    path.write_text(page(findings()), "utf-8")
    with chromium() as browser:
        shown = Watched(browser, path)
        shown.page.evaluate(axe)
        for scheme in ("light", "dark"):
            shown.page.emulate_media(color_scheme=scheme)
            found = shown.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert [(v["id"], v["nodes"][0]["html"][:300]) for v in found["violations"]] == [], scheme
        shown.page.set_viewport_size({"width": 390, "height": 844})
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= 390
        assert (shown.said, shown.fetched) == ([], [])
        shown.close()
