"""The order of the rooms holds and each break of it is seen; a name means one thing; files and functions are short."""

from __future__ import annotations

import ast
import shutil
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from vidconform.contracts import find_provider, known_providers, load_contracts
from vidconform.locations import data_folder

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "vidconform"
FILES = sorted(PACKAGE.rglob("*.py"))
SUITES = sorted(data_folder("suites").glob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION, MEDIAN_FUNCTION = 220, 40, 8
MOST_ROOMS = 22
HEAVY = ("httpx", "vcr", "jsonschema_rs", "yaml", "starlette", "uvicorn", "hypothesis", "schemathesis")
# What finds the laws in suites/, which are a folder of files in a wheel; and what asks for a package and loads none.
LOADS_BY_NAME = {"run/bindings.py", "run/extras.py"}

BREAKS = {
    "a law sends a request": ("src/vidconform/laws/law.py", "from vidconform.transport import LiveTransport"),
    "a law sends one by a library": ("src/vidconform/laws/subjects.py", "def later():\n    import httpx"),
    "a law reads a cassette": ("src/vidconform/laws/units_of_time.py", "from vidconform.store import load_cassette"),
    "a verdict writes a file": ("src/vidconform/verdicts/verdict.py", "from vidconform.redaction import Guard"),
    "a verdict runs a probe": ("src/vidconform/verdicts/judging.py", "from vidconform.probes import PROBES"),
    "a contract knows the report": ("src/vidconform/contracts/contract.py", "import vidconform.report"),
    "a contract serves pages": ("src/vidconform/contracts/loading.py", "if TYPE_CHECKING:\n    import starlette"),
    "a suite sends a request": ("suites/test_status.py", "import httpx"),
    "a suite knows a contract": ("suites/test_times.py", "from vidconform.contracts import Contract"),
    "a stage knows pytest": ("src/vidconform/run/session.py", "def later():\n    import pytest"),
    "the plugin goes past a face": ("src/vidconform/plugin/judge.py", "from vidconform.run.preparation import prepare"),
    "a probe judges": ("src/vidconform/probes/registry.py", "from vidconform.verdicts import judge"),
    "a report tries a client": (
        "src/vidconform/report/report_model.py",
        "from vidconform.client.against_vices import add_client",
    ),
    "the emulator knows the judge": ("src/vidconform/emulator/tasks.py", "from vidconform.laws import Law"),
}


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """Hold the import contracts of a checkout."""
    command = [
        sys.executable,
        "-c",
        "import sys; from importlinter.cli import lint_imports_command as run; run()",
        "--no-cache",
    ]
    path = {"PYTHONPATH": f"{folder / 'src'}:{folder}", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what the contracts look at."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("src", "suites"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    # Nothing else of the tests: they hold made-up keys, and no file of a test may.
    (folder / "tests" / "support").mkdir(parents=True)
    for name in (
        "pyproject.toml",
        "tests/__init__.py",
        "tests/support/__init__.py",
        "tests/support/import_contracts.py",
    ):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_the_contracts_on_imports_are_kept() -> None:
    done = linted(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("broken", BREAKS)
def test_a_break_of_the_order_is_seen(broken: str, checkout: Path) -> None:
    name, line = BREAKS[broken]
    file = checkout / name
    before = file.read_text("utf-8") if file.exists() else ""
    file.write_text(f"{before}\n{line}\n", "utf-8")
    try:
        assert linted(checkout).returncode == 1
    finally:
        file.write_text(before, "utf-8")


def loads_by_name(text: str) -> bool:
    """Whether a module may import what no reader of imports sees."""
    words = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    imported = {name for node in ast.walk(ast.parse(text)) for name in _imported(node)}
    return not {"__import__", "exec", "eval"}.isdisjoint(words) or not {"importlib", "runpy", "pkgutil"}.isdisjoint(
        imported
    )


def _imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield (node.module or "").split(".")[0]


@pytest.mark.parametrize(
    "text",
    [
        "from importlib import import_module\nimport_module('vidconform.report')",
        "import importlib.util",
        "__import__('vidconform.report')",
        "exec('import vidconform.report')",
    ],
)
def test_an_import_by_name_is_seen(text: str) -> None:
    assert loads_by_name(text)


def test_nothing_is_imported_by_name() -> None:
    found = {file for file in [*FILES, *SUITES] if loads_by_name(file.read_text("utf-8"))}
    assert found == {PACKAGE / name for name in LOADS_BY_NAME}


def classes(file: Path) -> list[str]:
    """Return the names of the classes of a file."""
    return [node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.ClassDef)]


def test_no_two_classes_share_a_name() -> None:
    found = Counter(name.lstrip("_") for file in FILES for name in classes(file))
    assert [name for name, times in found.items() if times > 1] == []


def test_no_two_modules_share_a_name() -> None:
    names = Counter(file.stem for file in FILES if not file.stem.startswith("__"))
    names += Counter({folder.name for file in FILES for folder in [file.parent] if folder != PACKAGE})
    assert [name for name, times in names.items() if times > 1] == []


def test_a_newcomer_sees_all_rooms_at_a_glance() -> None:
    rooms = [room.name for room in PACKAGE.iterdir() if room.name not in ("__init__.py", "__pycache__", "py.typed")]
    assert len(rooms) <= MOST_ROOMS, rooms


def lengths(file: Path) -> Iterator[int]:
    """Yield the lines of each function of a file."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_are_short() -> None:
    found = [length for file in [*FILES, *SUITES] for length in lengths(file)]
    assert statistics.median(found) <= MEDIAN_FUNCTION
    assert max(found) <= LONGEST_FUNCTION


def test_files_are_short() -> None:
    lines = {file: len(file.read_text("utf-8").splitlines()) for file in [*FILES, *SUITES]}
    assert {file: count for file, count in lines.items() if count >= LONGEST_FILE} == {}


@cache
def vendors() -> set[str]:
    """Return what only a contract may name: its provider, its host, and its paths up to what varies in them."""
    contracts = [contract for name in known_providers() for contract in load_contracts(find_provider(name))]
    hosts = {str(urlsplit(contract.provider.base_url).hostname) for contract in contracts}
    paths = {operation.path.partition("{")[0] for contract in contracts for operation in contract.operations}
    # A style is named for OpenAI's service, which is gone; "merge" is a verb as well, and its host is looked for.
    return {*known_providers(), *hosts, *(path.rstrip("/") for path in paths)} - {"openai", "merge"}


def said(file: Path) -> Iterator[str]:
    """Yield the texts in the code of a file, in lower case; a docstring is none."""
    tree = ast.parse(file.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value.lower()


def named(file: Path) -> set[str]:
    """Return which of the vendors' words a file says."""
    return {vendor for text in said(file) for vendor in vendors() if vendor in text}


def test_the_reader_of_vendors_sees_every_form(tmp_path: Path) -> None:
    assert vendors() >= {"octopusx", "gptge", "opeai", "chainhub", "/v1/videos", "/v1/video/query", "api.gpt.ge"}
    file = tmp_path / "module.py"
    file.write_text(
        '"""What octopusx says."""\nKEY = f"{prefix}OPEAI_TOKEN"\nasked = {"path": "/v1/videos/" + id}\n'
        'def later():\n    """Return what gptge says."""\n    return name == "chainhub"\n'
    )
    assert named(file) == {"opeai", "/v1/videos", "chainhub"}


def test_only_contracts_and_emulators_name_a_vendor() -> None:
    others = [*(file for file in FILES if "emulator" not in file.parts), *SUITES]
    assert {file: names for file in others if (names := named(file))} == {}


def test_what_every_pytest_run_loads_is_light() -> None:
    script = f"import sys, vidconform.plugin; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == []
    ours = "import sys, vidconform.plugin; print(*(name for name in sys.modules if name.startswith('vidconform')))"
    loaded = subprocess.run([sys.executable, "-c", ours], capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) == {
        "vidconform",
        "vidconform.plugin",
        "vidconform.errors",
        "vidconform.errors.error_table",
        "vidconform.errors.error_types",
        "vidconform.errors.run_errors",
        "vidconform.locations",
    }
