"""What a night takes, as whole processes; run with `python -m tests.benchmarks.figures`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark")

ROOT = Path(__file__).parents[2]
PROVIDERS = ("chainhub", "gptge", "octopusx", "opeai")
VIDCONFORM = [sys.executable, "-m", "vidconform"]


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()


def _judge(folder: Path) -> None:
    for provider in PROVIDERS:
        suite = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        _run(*suite, f"--provider={provider}", f"--report={folder / provider}")


def _night(earlier: Path, newest: Path) -> None:
    _judge(newest)
    for provider in PROVIDERS:
        folders = [str(folder / provider) for folder in (earlier, newest)]
        _run(*VIDCONFORM, "diff", *folders)
        _run(*VIDCONFORM, "notice", *folders, f"--provider={provider}", "--json")
    _run(*VIDCONFORM, "report", str(earlier), str(newest), "--documents", f"--output={newest / 'site'}")


def test_a_night_of_four_providers_recorded_each_with_report_diff_and_notice_then_the_site(
    benchmark: Any, tmp_path: Path
) -> None:
    _judge(tmp_path / "earlier")
    benchmark.pedantic(_night, (tmp_path / "earlier", tmp_path / "newest"), rounds=3)
