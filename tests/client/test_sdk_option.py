"""`--sdk` as a user has it: what it prints, what it leaves in the results, and what it takes for granted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest
from yaml import safe_load

from tests.support.client_vendor import ClientVendor
from tests.support.openai_vendor import KEY, openai_vendor
from tests.support.processes import Run, copy_of, judge, validator
from vidconform.report.results_reader import read_run

HAS_OPENAI = find_spec("openai") is not None
needs_openai = pytest.mark.skipif(not HAS_OPENAI, reason="needs the extra vidconform[sdk]")
CLIENT = "client/openai-sdk"
BROKEN = ("success", "unknown-200", "wrong-key-200")


def folders(below: Path) -> tuple[Path, Path]:
    """Return two folders for two runs."""
    found = below / "first", below / "later"
    for folder in found:
        folder.mkdir()
    return found


def readings(run: Run) -> dict[str, str]:
    """Return what each row of the client's ledger reads."""
    return {line["requirement"]: line["client"]["reading"] for line in run.lines if "client" in line}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("recorded")
    return judge(folder, "--provider=opeai", "--sdk", "-q", f"--junit-xml={folder / 'junit.xml'}")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Run:
    with openai_vendor(*BROKEN, kind=ClientVendor) as vendor:
        limits = ("--max-creations=6", "--poll-interval=0", "--poll-timeout=3", "--fuzz=0")
        known = (f"--provider-url={vendor.url}", f"--task-id=videos={vendor.failed()}")
        asked = ("--provider=openai", "--live", *known, "--sdk", "-k", "delete or status", *limits)
        return judge(tmp_path_factory.mktemp("live"), *asked, **KEY)


@pytest.mark.slow
@pytest.mark.exhaustive
@needs_openai
def test_findings_inform_and_fail_no_run(recorded: Run) -> None:
    assert recorded.code == 0, recorded.ran()
    assert "silently wrong: poll-returns-the-end" in recorded.out
    assert "Poll yourself" in recorded.out


@pytest.mark.slow
@pytest.mark.exhaustive
@needs_openai
def test_findings_fail_a_run_that_requires_the_client(tmp_path: Path) -> None:
    asked = ("--provider=opeai", "--sdk", "-q", "-k", "status", f"--require={CLIENT}")
    assert judge(tmp_path, *asked).code == 1


@pytest.mark.slow
def test_findings_are_required_only_where_they_are_asked_for(tmp_path: Path) -> None:
    run = judge(tmp_path, "--provider=opeai", f"--require={CLIENT}", "-k", "status")
    assert run.code == 4
    assert f"--require={CLIENT}: expected --sdk with it" in run.ran()


@pytest.mark.slow
@needs_openai
def test_each_finding_is_a_line_of_the_results_that_is_marked_and_keeps_the_format(recorded: Run) -> None:
    check = validator()
    for line in recorded.lines:
        check.validate(line)
    marked = [line for line in recorded.lines if "client" in line]
    assert {line["contract"] for line in marked} == {CLIENT}
    assert {line["client"]["severity"] for line in marked} == {"breaks", "silently wrong", "degraded"}


@pytest.mark.slow
@needs_openai
def test_what_reads_results_takes_no_finding_for_a_promise_of_the_provider(recorded: Run) -> None:
    run = read_run(recorded.report / "results.jsonl")
    assert {line["contract"] for line in run.lines} == {"opeai/videos"}
    assert {line["contract"] for line in run.client_lines} == {CLIENT}
    assert CLIENT not in (recorded.report.parent / "junit.xml").read_text("utf-8")
    assert CLIENT not in (recorded.report / "results.sarif").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.exhaustive
@needs_openai
def test_a_live_run_drives_the_package_before_it_deletes_its_task(live: Run) -> None:
    told = readings(live)
    assert told["content-is-a-video"] == "as expected", live.ran()
    assert told["poll-success-reads-completed"] == "silently wrong"
    assert told["delete-says-so"] == "as expected"


@pytest.mark.slow
@needs_openai
def test_what_the_package_asked_is_written_down_without_the_key(live: Run) -> None:
    evidence = (live.report / "evidence.jsonl").read_text("utf-8")
    assert '"probe": "openai-sdk"' in evidence, live.ran()
    assert KEY["OPENAI_API_KEY"] not in evidence
    lines = (live.report / "creations.jsonl").read_text("utf-8").splitlines()
    kinds = Counter(json.loads(line)["kind"] for line in lines if '"openai-sdk"' in line)
    assert kinds["sent"] == kinds["created"] == kinds["finished"] > 0


@pytest.mark.slow
@needs_openai
def test_a_report_can_be_made_of_a_run_with_findings(live: Run, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "vidconform", "report", str(live.report), "-o", str(tmp_path / "site")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.exhaustive
@needs_openai
def test_a_run_that_requires_the_client_passes_where_the_vendor_disappoints_nobody(tmp_path: Path) -> None:
    with openai_vendor(kind=ClientVendor) as vendor:
        limits = ("--max-creations=6", "--poll-interval=0", "--poll-timeout=3", "--fuzz=0", f"--require={CLIENT}")
        asked = ("--provider=openai", "--live", f"--provider-url={vendor.url}", "--sdk", "-k", "status", *limits)
        run = judge(tmp_path, *asked, f"--task-id=videos={vendor.failed()}", **KEY)
    assert run.code == 0, run.ran()
    assert set(readings(run).values()) == {"as expected"}


@pytest.mark.slow
@needs_openai
def test_what_the_package_was_told_answers_it_again_from_the_kept_evidence(live: Run, tmp_path: Path) -> None:
    again = judge(tmp_path, "--provider=openai", f"--evidence={live.report}", "--sdk", "-k", "delete or status")
    assert readings(again) == readings(live), again.ran()
    assert readings(live)["create-and-poll-success-reads-completed"] == "silently wrong"


@pytest.mark.slow
@pytest.mark.exhaustive
@needs_openai
def test_a_recording_that_the_package_was_driven_for_answers_all_of_its_calls(tmp_path: Path) -> None:
    provider, (first, later) = str(copy_of("openai", tmp_path, cassettes=False)), folders(tmp_path)
    chosen = (f"--provider={provider}", "--sdk", "-k", "status", "--fuzz=0")
    with openai_vendor("success", kind=ClientVendor) as vendor:
        limits = ("--max-creations=6", "--poll-interval=0", "--poll-timeout=3", f"--provider-url={vendor.url}")
        known = f"--task-id=videos={vendor.failed()}"
        made = judge(first, *chosen, "--record-mode=rewrite", *limits, known, **KEY)
    told = safe_load((tmp_path / "my-openai" / "cassettes" / "videos" / "openai-sdk.yaml").read_text("utf-8"))
    assert "--sdk" in told["metadata"]["command"]
    again = judge(later, *chosen, f"--evidence={tmp_path / 'my-openai' / 'cassettes'}")
    assert readings(again) == readings(made), again.ran()


@pytest.mark.slow
@pytest.mark.parametrize(("asked", "is_loaded"), [((), False), (("--against=all",), False), (("--sdk",), True)])
def test_the_package_is_loaded_only_where_it_is_asked_for(
    asked: tuple[str, ...], is_loaded: bool, tmp_path: Path
) -> None:
    package = tmp_path / "path" / "openai"
    package.mkdir(parents=True)
    # What loads it leaves a trace, in whatever process it does.
    (package / "__init__.py").write_text("open(__file__ + '.loaded', 'w').close(); raise ImportError", "utf-8")
    run = judge(tmp_path, "--provider=opeai", "-k", "status", *asked, PYTHONPATH=str(package.parent))
    assert (package / "__init__.py.loaded").exists() == is_loaded, run.ran()


@pytest.mark.slow
@pytest.mark.skipif(HAS_OPENAI, reason="openai is installed")
def test_without_the_extra_a_run_ends_with_what_to_install(tmp_path: Path) -> None:
    run = judge(tmp_path, "--provider=opeai", "--sdk", "-q")
    assert run.code == 4
    told = "--sdk: needs the package openai, which is not installed; install it with pip install 'vidconform[sdk]'"
    assert told in run.err, run.ran()
