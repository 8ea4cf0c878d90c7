"""A history judged again by workers of an engine: what one machine finds, byte for byte, and only where asked for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from tests.catalogue.test_rejudge import edit
from tests.support.dask_processes import Cluster
from tests.support.processes import copy_of, environment
from tests.support.rejudging import again, written
from vidconform.cli import main


@pytest.mark.slow
@pytest.mark.exhaustive
def test_two_local_workers_write_and_tell_what_one_machine_does_byte_for_byte(
    many_nights: Path, tmp_path: Path
) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    specs = copy_of("gptge", tmp_path, cassettes=False)
    edit(specs / "videos/task.schema.json", '{"const": "video", ', '{"enum": ["video", "video.task"], ')
    here = again(many_nights, "-o", tmp_path / "here", "--provider", specs, "--jobs=1")
    there = again(many_nights, "-o", tmp_path / "there", "--provider", specs, "--on=dask")
    assert (here.returncode, there.returncode, there.stderr) == (0, 0, "")
    assert here.stdout.partition(":")[2] == there.stdout.partition(":")[2]
    assert "20 judged again" in there.stdout
    assert "deviates -> conforms, 10 runs" in there.stdout
    assert written(tmp_path / "here") == written(tmp_path / "there")
    assert len(written(tmp_path / "there")) == 2 * 20


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_cluster_by_its_address_does_the_same_and_a_second_call_judges_nothing(
    many_nights: Path, tmp_path: Path, cluster: Cluster
) -> None:
    cluster.worker()
    cluster.worker()
    main(["rejudge", str(many_nights), "-o", str(tmp_path / "here"), "--jobs=1"])
    out = os.path.relpath(tmp_path / "there")
    first = again(many_nights, "-o", out, f"--on={cluster.address}")
    assert (first.returncode, first.stderr) == (0, "")
    assert written(tmp_path / "here") == written(tmp_path / "there")
    second = again(many_nights, "-o", out, f"--on={cluster.address}", "--json")
    assert (json.loads(second.stdout)["judged"], json.loads(second.stdout)["unchanged"]) == (0, 20)


@pytest.mark.slow
def test_an_address_at_which_nobody_answers_is_one_sentence(nights: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    done = again(nights, "-o", tmp_path / "out", "--on=tcp://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("vidconform: --on=tcp://127.0.0.1:9: expected dask, or the address of a scheduler")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("engine", ["ray", "tcp://somewhere", "http://127.0.0.1:1"])
def test_another_engine_is_refused(
    nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], engine: str
) -> None:
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    assert main(["rejudge", str(nights), "-o", str(tmp_path / "out"), f"--on={engine}"]) == 4
    assert f"--on={engine}: expected dask, or the address" in capsys.readouterr().err


def test_without_the_extra_a_sentence_says_what_to_install(
    nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["rejudge", str(nights), "-o", str(tmp_path / "out"), "--on=dask"]) == 4
    told = capsys.readouterr().err
    assert "--on: needs the package distributed, which is not installed" in told
    assert "pip install 'vidconform[dask]'" in told
    assert main(["rejudge", str(nights), "-o", str(tmp_path / "out"), "--jobs=1"]) == 0


@pytest.mark.parametrize(
    ("extra", "packages"),
    [("dask", ("distributed", "dask")), ("s3", ("s3fs", "fsspec", "aiobotocore", "botocore"))],
    ids=["dask", "s3"],
)
def test_what_an_extra_brings_is_loaded_by_nothing_else_and_installed_by_it_alone(
    extra: str, packages: tuple[str, ...], nights: Path, tmp_path: Path
) -> None:
    loaded = f"print(*sys.modules.keys() & {{*{packages}}})"
    loaded = f"import sys; from vidconform.cli import main; main(sys.argv[1:]); {loaded}"
    command = [sys.executable, "-c", loaded, "rejudge", str(nights), "-o", str(tmp_path / "out"), "--jobs=1"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=True)
    assert "2 judged again" in done.stdout
    assert done.stdout.splitlines()[-1] == ""
    asked = [one for one in requires("vidconform") or [] if one.startswith(packages)]
    assert asked
    assert all(re.fullmatch(f"extra == ['\"]{extra}['\"]", one.partition(";")[2].strip()) for one in asked)
