"""The figures on the pages are of the benchmarks that exist, of this version, and of the contracts as they are."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import proof_figures
from tests.benchmarks.figures import ALL, SOME, cells_of, label, main, rows_of, version_of, written
from tests.support.documented import ROOT
from tests.support.processes import environment
from vidconform import __version__
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import find_provider, provider_names
from vidconform.emulator.vices import vices_of
from vidconform.proof.trial import service_cases

PAGE = """Before.
<!-- figures of 0.0.9: a command -->

| what | measured | at most |
|---|---|---|
| one (a, b) | 1.1 s | 2 s |
| two | 3 MB | |

<!-- end of figures -->
After.
"""


def benchmarks() -> list[str]:
    """Return the row of each benchmark."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "benchmark", "-m", "", "tests/benchmarks"]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    return [label(line) for line in done.stdout.splitlines() if "::" in line]


def test_each_benchmark_has_its_row() -> None:
    assert sorted(rows_of(ALL.read_text("utf-8"))) == sorted(benchmarks()), "python -m tests.benchmarks.figures"


@pytest.mark.parametrize("page", [ALL, SOME, proof_figures.PAGE], ids=lambda page: page.name)
def test_the_figures_are_of_this_version(page: Path) -> None:
    assert version_of(page.read_text("utf-8")) == __version__, "measure again, as the comment in the page says"


def test_the_readme_says_what_the_page_says() -> None:
    some = rows_of(SOME.read_text("utf-8"))
    assert some.items() <= rows_of(ALL.read_text("utf-8")).items()
    assert some


@pytest.mark.slow
@pytest.mark.exhaustive
def test_the_table_of_the_proof_is_of_the_contracts_as_they_are() -> None:
    shown = {name: [requirements, vices, caught, allowed] for name, requirements, vices, caught, allowed, _ in CELLS}
    assert shown == {name: counted(name) for name in provider_names(["all"])}


CELLS = cells_of(proof_figures.PAGE.read_text("utf-8"))


def counted(provider: str) -> list[str]:
    """Return what a whole proof has of a provider: all vices caught, and no alarm."""
    contracts = load_contracts(find_provider(provider))
    requirements = sum(len(list(service_cases(contract))) for contract in contracts)
    allowed = sum(vice.allowed for vice in vices_of(provider))
    faults = str(len(vices_of(provider)) - allowed)
    return [str(requirements), faults, faults, f"{allowed} (0)"]


def test_a_table_is_written_between_its_marks_alone() -> None:
    rows = {"one (a, b)": ("9 s", "2 s"), "three": ("4 ms", "")}
    page = written(PAGE, rows)
    assert (rows_of(page), version_of(page)) == (rows, __version__)
    assert page.startswith("Before.\n<!-- figures of")
    assert page.endswith("| three | 4 ms | |\n\n<!-- end of figures -->\nAfter.\n")
    assert written(PAGE.replace("0.0.9", __version__), rows_of(PAGE)) == PAGE.replace("0.0.9", __version__)


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="end of figures"):
        written("| what |", {})


def test_some_rows_of_another_version_are_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "speed.md").write_text(PAGE, "utf-8")
    monkeypatch.setattr("tests.benchmarks.figures.ALL", tmp_path / "speed.md")
    with pytest.raises(SystemExit, match=r"speed.md is of 0\.0\.9: expected no options"):
        main(["-k", "night"])


def test_the_row_of_a_benchmark_is_its_name_in_words() -> None:
    assert label("tests/benchmarks/a.py::test_one_run[octopusx-fuzz=0]") == "one run (octopusx, fuzz=0)"
    assert label("tests/benchmarks/a.py::test_all") == "all"


def test_the_table_of_the_proof_is_written_from_its_score(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figures = {"requirements": 5, "vices": 7, "caught": 6, "allowed": 2, "false_alarms": 1, "median_blamed": 1.5}
    score = {"providers": {"acme": {"figures": {**figures, "most_blamed": 4}}}}
    (tmp_path / "score.json").write_text(json.dumps(score), "utf-8")
    (tmp_path / "page.md").write_text(PAGE, "utf-8")
    monkeypatch.setattr(proof_figures, "PAGE", tmp_path / "page.md")
    proof_figures.main(str(tmp_path / "score.json"))
    assert cells_of((tmp_path / "page.md").read_text("utf-8")) == [["acme", "5", "7", "6", "2 (1)", "1.5 / 4"]]
