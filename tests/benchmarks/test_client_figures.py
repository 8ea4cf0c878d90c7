"""What `vidconform client` takes for 150 vices, as a whole process; run with `pytest -p benchmark tests/benchmarks`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vidconform.emulator.vices import vices_of

pytestmark = pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark")

PROVIDER, VICES = "octopusx", 150
# It waits as long as it takes to make it 0.3 s on an idle core: four reads, and Python's own start.
SETTINGS = ("VIDEO_URL={url}", "VIDEO_KEY={key}", "VIDEO_POLL_SECONDS=0.03", "VIDEO_PATIENCE_SECONDS=5")
CLIENT = Path(__file__).parents[1] / "clients" / "careful.py"


def test_150_vices_with_a_client_of_a_third_of_a_second(benchmark: Any) -> None:
    names = [vice.name for vice in vices_of(PROVIDER)][:VICES]
    settings = [word for one in SETTINGS for word in ("--env", one)]
    command = [sys.executable, "-m", "vidconform", "client", "--provider", PROVIDER, *settings, "--vices", *names]

    def tried() -> None:
        done = subprocess.run([*command, "--", sys.executable, str(CLIENT)], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    benchmark.pedantic(tried, rounds=1)
