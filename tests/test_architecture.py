"""The pipeline points one way, modules are small, and what every pytest run loads is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from vidconform.locations import data_folder

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
FILES = sorted((SOURCE / "vidconform").rglob("*.py"))
SUITES = sorted(data_folder("suites").glob("*.py"))

STAGES = ("contracts", "probes", "evidence", "laws", "verdicts", "report")
# Below every stage.
BASE = tuple(f"vidconform{name}" for name in ("", ".errors", ".decoding", ".locations", ".spellings", ".guard"))
LONGEST = 220
HEAVY = ("httpx", "vcr", "jsonschema_rs", "yaml", "starlette", "uvicorn", "hypothesis", "schemathesis")


def module_of(file: Path) -> str:
    return ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module_of(file): file for file in FILES}


def stage_of(module: str) -> str:
    """Return the second part of a module's name: the stage it belongs to, or itself."""
    return module.split(".")[1] if "." in module else ""


def imports(file: Path, *, loading: bool = False) -> Iterator[str]:
    """Yield the modules of ours that a file imports; `loading`: only those imported while it is loaded."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in _statements(tree) if loading else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.split(".")[0] == "vidconform")
        elif isinstance(node, ast.ImportFrom):
            yield from _imported(node, file)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Walk what runs when a module is loaded: no function bodies, nothing for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        typing_alone = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test)
        if not typing_alone and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _statements(child)


def _imported(node: ast.ImportFrom, file: Path) -> Iterator[str]:
    origin = node.module or ""
    if node.level:
        package = module_of(file).split(".") if file.stem == "__init__" else module_of(file).split(".")[:-1]
        origin = ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])
    if origin.split(".")[0] == "vidconform":
        names = [f"{origin}.{alias.name}" for alias in node.names]
        yield from (name if name in MODULES else origin for name in names)


def test_the_reader_of_imports_sees_every_form(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text(
        "import vidconform.verdicts.judging\nfrom vidconform import laws\n"
        "if TYPE_CHECKING:\n    import vidconform.items\n"
        "def later():\n    from vidconform.report.terminal import table\nimport pytest\n"
    )
    assert list(imports(file, loading=True)) == ["vidconform.verdicts.judging", "vidconform.laws"]
    assert set(imports(file)) - set(imports(file, loading=True)) == {"vidconform.items", "vidconform.report.terminal"}
    assert set(imports(MODULES["vidconform.emulator.app"])) >= {"vidconform.emulator.mp4", "vidconform.emulator.opeai"}


@pytest.mark.parametrize("module", [name for name in MODULES if stage_of(name) in STAGES])
def test_a_stage_imports_only_the_stages_before_it(module: str) -> None:
    earlier = STAGES[: STAGES.index(stage_of(module)) + 1]
    later = [name for name in imports(MODULES[module]) if name not in BASE and stage_of(name) not in earlier]
    assert later == []


@pytest.mark.parametrize("module", [name for name in MODULES if name in BASE])
def test_what_lies_below_the_stages_imports_none(module: str) -> None:
    assert [name for name in imports(MODULES[module]) if name not in BASE] == []


@pytest.mark.parametrize("module", [name for name in MODULES if stage_of(name) == "emulator"])
def test_the_emulator_knows_nothing_of_the_judge(module: str) -> None:
    others = [name for name in imports(MODULES[module]) if name not in BASE and stage_of(name) != "emulator"]
    assert others == []


def test_what_judges_knows_nothing_of_the_emulator() -> None:
    judging = (
        *STAGES, "session", "serving", "items", "options", "forecasts", "planning", "resuming", "shortcomings",
        "plugin", "pytest_judge", "pytest_report", "pytest_workers", "pytest_plan",
    )  # fmt: skip
    knowing = [name for name, file in MODULES.items() if any(stage_of(other) == "emulator" for other in imports(file))]
    assert [name for name in knowing if stage_of(name) in judging] == []


def test_the_doctor_looks_at_what_comes_before_any_verdict() -> None:
    earlier = {"contracts", "probes", "evidence", "options", "doctor"}
    doctor = [name for name in MODULES if stage_of(name) == "doctor"]
    others = {other for name in doctor for other in imports(MODULES[name]) if other not in BASE}
    assert doctor
    assert [name for name in others if stage_of(name) not in earlier] == []


def test_the_action_starts_processes_and_judges_nothing_itself() -> None:
    parts = [file for name, file in MODULES.items() if stage_of(name) == "action"]
    known = {name for file in parts for name in imports(file) if stage_of(name) != "action"}
    assert {stage_of(name) for name in known} <= {"contracts", "doctor", "errors", "guard", "report"}
    assert {name for name in known if stage_of(name) in ("doctor", "report")} == {
        "vidconform.doctor.exits", "vidconform.report.text",
    }  # fmt: skip


def test_only_the_parts_of_the_plugin_know_the_plugin() -> None:
    knowing = [name for name, file in MODULES.items() if "vidconform.plugin" in imports(file)]
    assert [name for name in knowing if not stage_of(name).startswith("pytest_")] == []


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.stem)
def test_a_suite_knows_contracts_and_laws_alone(file: Path) -> None:
    assert {stage_of(name) for name in imports(file)} <= {"contracts", "laws"}


def test_only_the_plugin_knows_pytest() -> None:
    for name, file in MODULES.items():
        roots = {
            alias.name.split(".")[0]
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            for alias in (node.names if isinstance(node, ast.Import) else ())
        }
        assert "pytest" not in roots or name == "vidconform.plugin" or stage_of(name).startswith("pytest_"), name


def test_no_module_waits_for_itself_to_be_loaded() -> None:
    graph = {name: {other for other in imports(file, loading=True) if other != name} for name, file in MODULES.items()}
    while leaves := {name for name, found in graph.items() if not found & graph.keys()}:
        graph = {name: found for name, found in graph.items() if name not in leaves}
    assert graph == {}


@pytest.mark.parametrize("file", [*FILES, *SUITES], ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_file_is_short(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) < LONGEST


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
        "vidconform.locations",
    }
