"""A checkout judges providers without being installed, and loads its plugin once where it is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import environment

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("conftest.py", "pyproject.toml", "src", "suites", "specs", "cassettes", "tests/conftest.py")
# The package, its metadata with the entry point, and what an editable install leaves.
OURS = ("vidconform", "_vidconform", "_editable_impl_vidconform", "__editable__")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout, but for its tests, which hold made-up keys."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in NEEDED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(exist_ok=True)
        copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def dependencies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of everything that is installed but vidconform."""
    folder = tmp_path_factory.mktemp("dependencies")
    for installed in [Path(path) for path in sys.path if Path(path).name == "site-packages"]:
        for entry in installed.iterdir():
            link = folder / entry.name
            if not entry.name.startswith(OURS) and entry.suffix != ".pth" and not link.exists():
                link.symlink_to(entry)
    return folder


def python(folder: Path, dependencies: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    # -S: no site-packages and no .pth file, so that nothing of ours is seen.
    command = [sys.executable, "-S", *arguments]
    variables = environment(PYTHONPATH=str(dependencies), PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, timeout=120, check=False)


def test_the_environment_of_this_test_holds_no_vidconform(tmp_path: Path, dependencies: Path) -> None:
    script = (
        "import importlib.util, importlib.metadata, pytest; print(importlib.util.find_spec('vidconform'),"
        " [e.name for e in importlib.metadata.entry_points(group='pytest11') if 'vidconform' in e.name])"
    )
    done = python(tmp_path, dependencies, "-c", script)
    assert done.stdout == "None []\n", done.stderr


@pytest.mark.parametrize("arguments", [(), ("suites/test_status.py",), ("-n", "1")], ids=" ".join)
def test_a_checkout_judges_with_the_dependencies_alone(
    arguments: tuple[str, ...], checkout: Path, dependencies: Path
) -> None:
    done = python(
        checkout, dependencies, "-m", "pytest", "--provider=gptge", "-q", "-p", "no:cacheprovider", *arguments
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout


def test_a_usage_error_is_one_sentence_there_too(checkout: Path, dependencies: Path) -> None:
    done = python(checkout, dependencies, "-m", "pytest", "--provider=nosuch", "-q", "-p", "no:cacheprovider")
    assert (done.returncode, done.stdout.strip()) == (4, "")
    assert done.stderr.startswith("ERROR: 'nosuch': no such provider")
    assert done.stderr.endswith("[VC-102]\n\n")


def test_the_plugin_is_loaded_once_where_it_is_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--provider=gptge", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_suites_import_nothing_of_the_checkout_s_conftest() -> None:
    assert [suite for suite in (ROOT / "suites").glob("*.py") if "conftest" in suite.read_text("utf-8")] == []
