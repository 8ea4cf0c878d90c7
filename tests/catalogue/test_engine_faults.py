"""What goes wrong on an engine costs nothing that was judged, is told once, and is made up for by the next call."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.dask_processes import PATIENCE, Cluster, until
from tests.support.held_file import HeldFile
from tests.support.rejudging import again, begin, ended, written
from vidconform.locations import data_folder

pytestmark = pytest.mark.slow
pytest.importorskip("distributed", reason="the extra dask is not installed")
psutil = pytest.importorskip("psutil", reason="the extra dask is not installed")

# Opened by whoever judges the night, and by nobody before.
HELD = "05/01/report/results.jsonl"


@pytest.fixture(scope="module")
def right(many_nights: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what one machine writes of all nights."""
    out = tmp_path_factory.mktemp("right")
    assert again(many_nights, "-o", out, "--jobs=1").returncode == 0
    return written(out)


def done_in(out: Path) -> int:
    return len(list(out.rglob("rejudged.json")))


@pytest.mark.exhaustive
def test_what_a_worker_was_judging_when_it_was_killed_another_one_judges(
    many_nights: Path, tmp_path: Path, cluster: Cluster, right: dict[str, bytes]
) -> None:
    first, out = cluster.worker(), tmp_path / "out"
    with HeldFile(many_nights / HELD) as held:
        call = begin(many_nights, "-o", out, f"--on={cluster.address}", "--json")
        until(lambda: held.wanted)
        first.kill()
        cluster.worker()
    found = ended(call)
    told = json.loads(found.stdout)
    assert (found.returncode, found.stderr, told["problems"]) == (0, "", [])
    assert (told["runs"], told["judged"] + told["unchanged"]) == (20, 20)
    assert told["judged"] < 20, "what the first worker had written was judged once more"
    assert written(out) == right


@pytest.mark.exhaustive
def test_a_night_that_never_ends_is_told_once_and_the_others_are_judged(
    many_nights: Path, tmp_path: Path, right: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    with HeldFile(many_nights / HELD) as held:
        found = again(many_nights, "-o", out, "--on=dask", "--night-timeout=4")
        assert held.wanted
    assert (found.returncode, found.stderr) == (6, "")
    (told,) = [line for line in found.stdout.splitlines() if line.startswith("not judged: ")]
    assert str(many_nights / HELD).removesuffix("/results.jsonl") in told
    assert "each died of it, or was not done with it after 4 s" in told
    assert done_in(out) == 19
    found = again(many_nights, "-o", out, "--jobs=1")
    assert (found.returncode, "1 judged again, 19 as before" in found.stdout) == (0, True)
    assert written(out) == right


@pytest.mark.exhaustive
def test_what_found_no_room_on_one_worker_is_told_once_and_judged_by_the_next_call(
    many_nights: Path, tmp_path: Path, cluster: Cluster, right: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    full = cluster.worker(before=("prlimit", "--fsize=20000"))
    cluster.worker()
    found = again(many_nights, "-o", out, f"--on={cluster.address}", "--json")
    told = json.loads(found.stdout)
    assert (found.returncode, found.stderr) == (6, "")
    assert 0 < len(told["problems"]) < 20
    assert all("File too large" in problem for problem in told["problems"])
    assert len(set(told["problems"])) == len(told["problems"]) == 20 - told["judged"] == 20 - done_in(out)
    full.kill()
    second = json.loads(again(many_nights, "-o", out, f"--on={cluster.address}", "--json").stdout)
    assert (second["judged"], second["unchanged"]) == (len(told["problems"]), told["judged"])
    assert written(out) == right


@pytest.mark.exhaustive
def test_a_second_call_of_one_folder_is_refused_while_the_first_goes_on(
    many_nights: Path, tmp_path: Path, right: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    with HeldFile(many_nights / HELD) as held:
        call = begin(many_nights, "-o", out, "--on=dask")
        until(lambda: held.wanted)
        second = again(many_nights, "-o", out, "--jobs=1")
    assert (second.returncode, second.stdout, second.stderr.count("\n")) == (4, "", 1)
    assert f"-o={out}: expected a folder that no other run is writing to" in second.stderr
    assert ended(call).returncode == 0
    assert written(out) == right


@pytest.mark.exhaustive
def test_a_call_that_was_killed_leaves_no_process_and_the_next_one_judges_only_what_was_not_done(
    many_nights: Path, tmp_path: Path, right: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    with HeldFile(many_nights / HELD) as held:
        call = begin(many_nights, "-o", out, "--on=dask")
        until(lambda: held.wanted and done_in(out) > 0)
        workers = psutil.Process(call.pid).children(recursive=True)
        call.kill()
        call.communicate()
        assert len(workers) >= 2
        assert psutil.wait_procs(workers, timeout=PATIENCE)[1] == []
    done = done_in(out)
    assert 0 < done < 20
    found = again(many_nights, "-o", out, "--on=dask")
    assert f"{20 - done} judged again, {done} as before" in found.stdout
    assert written(out) == right


def test_workers_that_judge_by_other_laws_are_refused_in_one_sentence(
    many_nights: Path, tmp_path: Path, cluster: Cluster
) -> None:
    other = tmp_path / "other"
    for folder in ("src", "suites", "specs"):
        shutil.copytree(data_folder("suites").parent / folder, other / folder)
    with (other / "suites/test_status.py").open("a", encoding="utf-8") as law:
        law.write("# not as it was\n")
    cluster.worker(PYTHONPATH=str(other / "src"))
    found = again(many_nights, "-o", tmp_path / "out", f"--on={cluster.address}")
    assert (found.returncode, found.stdout, found.stderr.count("\n")) == (4, "", 1)
    assert "expected workers with the laws and the version of vidconform" in found.stderr
    assert done_in(tmp_path / "out") == 0


@pytest.mark.exhaustive
def test_a_scheduler_that_goes_away_is_told_in_one_sentence_and_what_was_judged_is_kept(
    many_nights: Path, tmp_path: Path, cluster: Cluster, right: dict[str, bytes]
) -> None:
    out = tmp_path / "out"
    cluster.worker()
    with HeldFile(many_nights / HELD) as held:
        call = begin(many_nights, "-o", out, f"--on={cluster.address}")
        until(lambda: held.wanted)
        cluster.scheduler.kill()
    found = ended(call)
    assert (found.returncode, found.stdout) == (4, "")
    assert (
        f"--on={cluster.address}: expected a scheduler that stays to the end; what was judged is kept" in found.stderr
    )
    assert again(many_nights, "-o", out, "--jobs=1").returncode == 0
    assert written(out) == right
