"""Two nights of a provider, a faultless one and one whose tasks are called by another word; and a cluster."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dask_processes import Cluster
from tests.support.kept_nights import judge_live
from vidconform.cli import main
from vidconform.emulator import running


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of the reports of two live runs, the second against a vice."""
    folder = tmp_path_factory.mktemp("nights")
    for day, fault in (("01", {"change": None}), ("02", {"vice": "object-as-another-word"})):
        with running("gptge", environ={}, **fault) as emulator:
            judge_live(emulator, "gptge", folder / day / "report")
    return folder


@pytest.fixture(scope="session")
def many_nights(nights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return twenty nights that are only read, so that there is a unit for each of two workers, and one more."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(10):
        shutil.copytree(nights, folder / f"{number:02}")
    return folder


@pytest.fixture(scope="session")
def bundles(many_nights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the twenty nights as bundles, each where its run is."""
    folder = tmp_path_factory.mktemp("bundles")
    packed: dict[bytes, bytes] = {}
    for run in sorted(many_nights.rglob("report")):
        evidence, into = (run / "evidence.jsonl").read_bytes(), folder / run.relative_to(many_nights)
        into.parent.mkdir(parents=True, exist_ok=True)
        if evidence not in packed:
            assert main(["bundle", str(run), "-o", str(folder / "packed.vidconform")]) == 0
            packed[evidence] = (folder / "packed.vidconform").read_bytes()
            (folder / "packed.vidconform").unlink()
        into.with_suffix(".vidconform").write_bytes(packed[evidence])
    return folder


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    (tmp_path / "cluster").mkdir()
    with Cluster(tmp_path / "cluster") as one:
        yield one
