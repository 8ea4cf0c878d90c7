"""What reports cost: time, memory, size, and the first keystroke; run with `python -m tests.benchmarks.figures`."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.benchmarks import processor_time
from tests.support.chromium import Watched, chromium
from tests.support.report_runs import write_fleet
from vidconform.report.pages.run_report import write_beside

pytestmark = pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark")

Record = Callable[[str, object], None]

MEGABYTE = 1_000_000
MAIN = "import sys; from vidconform.cli import main; sys.exit(main())"

# From the keystroke to the frame that shows it: a message posted in a frame arrives after the frame is drawn.
KEYSTROKE = """async () => {
  const box = document.getElementById('f-text');
  box.scrollIntoView();
  await new Promise(done => setTimeout(done, 300));
  const start = performance.now();
  box.value = '1';
  box.dispatchEvent(new Event('input', {bubbles: true}));
  await new Promise(done => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  }));
  return performance.now() - start;
}"""

FIRST_SCREEN = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True)
class Site:
    """A site that was made, the seconds of CPU that it took, and the most memory of any process so far, in bytes."""

    folder: Path
    seconds: float
    memory: int

    @cached_property
    def size(self) -> int:
        """Its bytes on disk."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Make the site of 100 providers, 200 requirements and 30 nights."""
    nights, made = tmp_path_factory.mktemp("nights"), tmp_path_factory.mktemp("site")
    write_fleet(nights, 100, 200, 30)
    before = processor_time.of_children()
    subprocess.run([sys.executable, "-c", MAIN, "report", str(nights), "-o", str(made)], check=True)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Site(made, processor_time.of_children() - before, memory)


def test_a_site_of_100_providers_200_requirements_and_30_nights(site: Site, record_property: Record) -> None:
    megabytes = f"{site.memory / MEGABYTE:.0f} MB of memory, {site.size / MEGABYTE:.0f} MB on disk"
    record_property("measured", f"{site.seconds:.0f} s, {megabytes}")
    record_property("at most", "20 s, 300 MB, 300 MB")
    assert max(site.seconds / 20, site.memory / 300 / MEGABYTE, site.size / 300 / MEGABYTE) < 1


def test_the_matrix_page_of_that_site(site: Site, record_property: Record) -> None:
    size = (site.folder / "index.html").stat().st_size
    record_property("measured", f"{size / MEGABYTE:.1f} MB")
    record_property("at most", "3 MB")
    assert size < 3 * MEGABYTE


def test_the_first_keystroke_in_its_filter_until_it_is_drawn(site: Site, record_property: Record) -> None:
    taken = []
    with chromium() as browser:
        for _ in range(5):
            shown = Watched(browser, site.folder / "index.html")
            taken.append(shown.page.evaluate(KEYSTROKE))
            shown.close()
    record_property("measured", f"{statistics.median(taken):.0f} ms")
    record_property("at most", "100 ms")
    assert statistics.median(taken) < 100


def test_the_first_screen_of_a_report_of_15_providers(tmp_path: Path, record_property: Record) -> None:
    write_beside(write_fleet(tmp_path, 15, 100, 1) / "night-00")
    taken = []
    with chromium() as browser:
        for _ in range(5):
            shown = Watched(browser, tmp_path / "night-00" / "report.html")
            taken.append(shown.page.evaluate(FIRST_SCREEN))
            shown.close()
    record_property("measured", f"{statistics.median(taken):.0f} ms")
    record_property("at most", "1 s")
    assert statistics.median(taken) < 1000


def test_the_report_of_all_providers_added_to_a_run(benchmark: Any, tmp_path: Path, record_property: Record) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--provider=all", f"--report={tmp_path}"]
    subprocess.run(command, cwd=Path(__file__).parents[2], env=dict(os.environ), check=True, capture_output=True)
    make = (
        "import sys; from pathlib import Path; from vidconform.report.pages.run_report import write_beside as write; "
    )
    make += "write(Path(sys.argv[1]))"
    benchmark.pedantic(
        subprocess.run, ([sys.executable, "-c", make, str(tmp_path)],), {"check": True}, rounds=5, warmup_rounds=1
    )
    record_property("at most", "1 s")
    assert benchmark.stats.stats.median < 1
