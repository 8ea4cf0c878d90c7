"""How long a run takes, as a whole process; run with `python -m tests.benchmarks.figures`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vidconform.emulator.server import running

pytestmark = pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark")

ROOT = Path(__file__).parents[2]
IMPORTS = [sys.executable, "-c", "import pytest, schemathesis, vcr, httpx"]
SUITE = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]


def _run(command: list[str], **environ: str) -> None:
    import os

    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_importing_pytest_schemathesis_vcr_and_httpx_for_comparison(benchmark: Any) -> None:
    benchmark.pedantic(_run, (IMPORTS,), rounds=5, warmup_rounds=1)


def test_one_provider_recorded(benchmark: Any) -> None:
    benchmark.pedantic(_run, ([*SUITE, "--provider=octopusx"],), rounds=5, warmup_rounds=1)


def test_all_providers_recorded(benchmark: Any) -> None:
    benchmark.pedantic(_run, ([*SUITE, "--provider=all"],), rounds=5, warmup_rounds=1)


@pytest.mark.parametrize("generated", [0, 25], ids="fuzz={}".format)
@pytest.mark.parametrize("provider", ["octopusx"])
def test_one_provider_live_against_its_emulator(benchmark: Any, provider: str, generated: int) -> None:
    variables = {f"{provider.upper()}_API_KEY": "sk-benchmark", "OPEAI_TOKEN": "jwt-benchmark"}
    with running(provider) as emulator:
        ids = [f"--task-id={name}={task}" for name, known in emulator.task_ids.items() for task in known]
        live = [*SUITE, f"--provider={provider}", "--live", f"--provider-url={emulator.url}", "--poll-interval=0.01"]
        live.append(f"--fuzz={generated}")
        benchmark.pedantic(lambda: _run([*live, *ids], **variables), rounds=3)
