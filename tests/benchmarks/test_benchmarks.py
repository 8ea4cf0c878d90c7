"""How long a run takes, as a whole process; run with `python -m tests.benchmarks.figures`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any

import pytest

from tests.benchmarks import processor_time
from vidconform.emulator.server import running

pytestmark = pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark")

ROOT = Path(__file__).parents[2]
IMPORTS = [sys.executable, "-c", "import pytest, schemathesis, vcr, httpx"]
SUITE = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
# What our own tests load beside it and a user's environment does not have.
OF_A_USER = ["-p", "no:benchmark", "-p", "no:randomly"]
ROUNDS = 7


def _run(
    command: list[str], environ: Mapping[str, str] = MappingProxyType({}), folder: Path = ROOT, code: int = 0
) -> None:
    import os

    done = subprocess.run(command, cwd=folder, env={**os.environ, **environ}, capture_output=True, check=False)
    assert done.returncode == code, done.stdout.decode()


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
        benchmark.pedantic(lambda: _run([*live, *ids], variables), rounds=3)


def test_one_provider_live_beside_what_schemathesis_itself_takes(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Both ask the emulator of gptge; one after the other, since a busy machine slows both."""
    with running("gptge") as emulator:
        ids = [f"--task-id={name}={task}" for name, known in emulator.task_ids.items() for task in known]
        live = [*SUITE, "--provider=gptge", "--live", f"--provider-url={emulator.url}", "--poll-interval=0.1"]
        ours = [*live, "--fuzz=25", "--max-creations=0", *ids]
        theirs = [sys.executable, "-m", "schemathesis.cli", "run", "-n", "25", "--phases=examples,coverage,fuzzing"]
        theirs += [f"--url={emulator.url}", "-H", "Authorization: Bearer sk-benchmark"]
        theirs += [str(ROOT / "specs" / "gptge" / "videos" / "openapi.yaml")]

        def seconds(command: list[str], folder: Path, code: int = 0) -> float:
            before = processor_time.of_children()
            _run(command, {"GPTGE_API_KEY": "sk-benchmark"}, folder, code)
            return processor_time.of_children() - before

        def ratios() -> tuple[float, float]:
            # It finds the refusals that the document does not list.
            spent = seconds(theirs, tmp_path, code=1)
            return seconds(ours, ROOT) / spent, seconds([*ours, *OF_A_USER], tmp_path) / spent

        ratios()
        alone, loaded = (median(each) for each in zip(*(ratios() for _ in range(ROUNDS)), strict=True))
    told = f"{alone:.1f} of `st run`; {loaded:.1f} where pytest loads the plugins of schemathesis and hypothesis"
    record_property("measured", told)
    record_property("at most", "1.5 of `st run`, without those plugins")
    assert alone <= 1.5
