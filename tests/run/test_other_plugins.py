"""Whatever plugin repeats, forks, times or splits the tests of a run, each question is asked once, by one process."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.soak.plugins import CASES, LOADED, QUICK, SUITES, Case, counting, run_under
from tests.support.processes import live

pytestmark = pytest.mark.slow

PAINTED = """
import pytest

@pytest.fixture(autouse=True, params=["a-red", "blue"])
def colour(request):
    return request.param
"""


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.exhaustive
def test_a_vendor_that_keeps_its_document_is_asked_once(case: Case, tmp_path: Path) -> None:
    if case.lacking:
        pytest.skip(case.lacking)
    with counting(case.step) as vendor:
        done = run_under(tmp_path, vendor.emulator, case)
    assert done.code == 0, done.ran()
    assert Counter(vendor.paid) == {"create": 1, "remix": 1}, done.ran()
    assert done.verdicts
    assert done.end["cost"]["octopusx"] == {"requests": vendor.emulator.requests, "creations": 2}


@pytest.mark.exhaustive
def test_a_fixture_of_somebody_that_multiplies_each_test_multiplies_no_question(tmp_path: Path) -> None:
    (tmp_path / "painted.py").write_text(PAINTED)
    with counting(QUICK) as vendor:
        done = run_under(tmp_path, vendor.emulator, Case(words=("-p", "painted")))
    assert done.code == 0, done.ran()
    assert Counter(vendor.paid) == {"create": 1, "remix": 1}
    assert done.verdicts


@pytest.mark.exhaustive
def test_a_run_inside_of_a_run_asks_nothing_more(tmp_path: Path) -> None:
    loaded = [word for name in LOADED for word in ("-p", name)]
    with counting(QUICK) as vendor:
        inner = [sys.executable, "-m", "pytest", "-q", *loaded, *live(vendor.emulator, tasks=False), "-k", SUITES]
        (tmp_path / "nested.py").write_text(
            "import subprocess\n\n"
            f"def pytest_sessionfinish(session):\n    print(subprocess.run({inner!r}, cwd={str(tmp_path)!r}, "
            "stdout=subprocess.PIPE, text=True).stdout)\n"
        )
        done = run_under(tmp_path, vendor.emulator, Case(words=("-s", "-p", "nested")))
    assert Counter(vendor.paid) == {"create": 1, "remix": 1}, done.ran()
    assert "and two processes would pay twice [VC-603]" in done.out
