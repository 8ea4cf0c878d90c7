"""What reports cost: time, memory, size, and the first keystroke in the filter; run with `pytest -p benchmark`."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.chromium import Watched, chromium
from tests.support.report_runs import write_fleet

pytestmark = [
    pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark"),
    # The figures are told as warnings: pytest shows those also of what passes.
    pytest.mark.filterwarnings("default::UserWarning"),
]

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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the site of 100 providers, 200 requirements and 30 nights, within its time and memory."""
    nights, made = tmp_path_factory.mktemp("nights"), tmp_path_factory.mktemp("site")
    write_fleet(nights, 100, 200, 30)
    started = time.monotonic()
    subprocess.run([sys.executable, "-c", MAIN, "report", str(nights), "-o", str(made)], check=True)
    seconds = time.monotonic() - started
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    size = sum(path.stat().st_size for path in made.rglob("*") if path.is_file())
    told = f"{seconds:.1f} s, {memory / MEGABYTE:.0f} MB of memory, {size / MEGABYTE:.0f} MB on disk"
    assert max(seconds / 60, memory / 300 / MEGABYTE, size / 300 / MEGABYTE) < 1, told
    warnings.warn(told, stacklevel=1)
    return made


def test_the_matrix_page_of_a_large_site_is_small(site: Path) -> None:
    assert (site / "index.html").stat().st_size < 3 * MEGABYTE


def test_the_first_keystroke_is_drawn_at_once(site: Path) -> None:
    taken = []
    with chromium() as browser:
        for _ in range(5):
            shown = Watched(browser, site / "index.html")
            taken.append(shown.page.evaluate(KEYSTROKE))
            shown.close()
    assert statistics.median(taken) < 100
    warnings.warn(f"first keystroke to frame: {statistics.median(taken):.0f} ms (median of 5)", stacklevel=1)


def test_the_report_of_four_providers(benchmark: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--provider=all", f"--report={tmp_path}"]
    subprocess.run(command, cwd=Path(__file__).parents[2], env=dict(os.environ), check=True, capture_output=True)
    make = (
        "import sys; from pathlib import Path; from vidconform.report.pages.run_report import write_beside as write; "
    )
    make += "write(Path(sys.argv[1]))"
    benchmark.pedantic(
        subprocess.run, ([sys.executable, "-c", make, str(tmp_path)],), {"check": True}, rounds=5, warmup_rounds=1
    )
    assert benchmark.stats.stats.median < 1
