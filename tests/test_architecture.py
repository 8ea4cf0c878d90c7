"""The pipeline points one way, modules are small, and what every pytest run loads is light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from vidconform.contracts import find_provider, known_providers, load_contracts
from vidconform.locations import data_folder

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
FILES = sorted((SOURCE / "vidconform").rglob("*.py"))
SUITES = sorted(data_folder("suites").glob("*.py"))

STAGES = ("contracts", "probes", "evidence", "laws", "verdicts", "report")
# What makes a run of the stages, in the same order; what is printed is no business of theirs.
RUN = (
    "telling", "options", "needs", "bindings", "shortcomings", "resuming", "serving", "known", "session", "planning",
    "items",
)  # fmt: skip
# What starts them.
ENTRIES = ("cli", "__main__", "plugin", "doctor", "action", "emulator", "proof")
# Below every stage.
BASE = tuple(
    f"vidconform{name}"
    for name in ("", ".errors", ".error_kinds", ".decoding", ".locations", ".spellings", ".guard", ".counting")
)
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
    # The reader of data files is common to both.
    shared = (*BASE, "vidconform.contracts.files")
    others = [name for name in imports(MODULES[module]) if name not in shared and stage_of(name) != "emulator"]
    assert others == []


def test_what_judges_knows_nothing_of_the_emulator() -> None:
    knowing = {name for name, file in MODULES.items() if any(stage_of(other) == "emulator" for other in imports(file))}
    assert {stage_of(name) for name in knowing} == {"cli", "proof", "emulator"}


@pytest.mark.parametrize("module", [name for name in MODULES if stage_of(name) in RUN])
def test_what_makes_a_run_imports_only_the_stages_but_the_last_and_what_comes_before_it(module: str) -> None:
    others = [name for name in imports(MODULES[module]) if name not in BASE]
    assert [name for name in others if stage_of(name) not in before(module)] == []


def before(module: str) -> tuple[str, ...]:
    """Return what a module of a run may import."""
    return (*STAGES[:-1], *RUN[: RUN.index(stage_of(module)) + 1])


def test_no_module_of_a_run_may_look_at_what_uses_it() -> None:
    assert "session" not in before("vidconform.options")
    assert "session" in before("vidconform.items")
    assert "report" not in before("vidconform.items")


def test_every_module_has_its_place() -> None:
    placed = {*STAGES, *RUN, *ENTRIES, *(stage_of(name) for name in BASE)}
    assert {stage_of(name) for name in MODULES if not stage_of(name).startswith("pytest_")} == placed


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


def test_what_judges_knows_evidence_and_exchanges_and_nothing_that_brings_them() -> None:
    judging = [name for name in MODULES if stage_of(name) in ("laws", "verdicts")]
    known = {other for name in judging for other in imports(MODULES[name]) if other not in BASE}
    assert {name for name in known if stage_of(name) not in ("contracts", "laws", "verdicts")} == {
        "vidconform.evidence.evidence", "vidconform.probes.exchange",
    }  # fmt: skip
    foreign = {name for module in judging for name in packages(MODULES[module])}
    assert foreign <= {*sys.stdlib_module_names, "vidconform"} - {"importlib", "pathlib", "os", "socket"}


@pytest.mark.parametrize("file", SUITES, ids=lambda file: file.stem)
def test_a_suite_knows_laws_and_the_standard_library_alone(file: Path) -> None:
    assert set(imports(file)) <= {"vidconform.laws"}
    assert packages(file) <= {*sys.stdlib_module_names, "vidconform"}


def packages(file: Path) -> set[str]:
    """Return the packages that a file imports, ours and others', whenever it does."""
    found = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    names = [alias.name for node in found if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in found if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


def test_the_reader_of_packages_sees_every_form(tmp_path: Path) -> None:
    file = tmp_path / "module.py"
    file.write_text("import os.path\nfrom . import here\ndef later():\n    from pytest import fixture\n")
    assert packages(file) == {"os", "pytest"}
    file.write_text("if TYPE_CHECKING:\n    import _pytest.config as config\n")
    assert packages(file) == {"_pytest"}


def test_only_the_plugin_knows_pytest() -> None:
    knowing = [name for name, file in MODULES.items() if packages(file) & {"pytest", "_pytest"}]
    assert [name for name in knowing if name != "vidconform.plugin" and not stage_of(name).startswith("pytest_")] == []


@pytest.mark.parametrize("name", [name for name in MODULES if name != "vidconform.verdicts.readings"])
def test_only_their_table_spells_the_readings(name: str) -> None:
    # The others are an outcome's words, or a gap's, as well.
    assert {*said(MODULES[name])} & {"fails", "deviates", "contradicts itself", "not offered", "conforms"} == set()


@cache
def vendors() -> set[str]:
    """Return what only a contract may name: its provider, its host, and its paths up to what varies in them."""
    contracts = [contract for name in known_providers() for contract in load_contracts(find_provider(name))]
    hosts = {str(urlsplit(contract.provider.base_url).hostname) for contract in contracts}
    paths = {operation.path.partition("{")[0] for contract in contracts for operation in contract.operations}
    return {*known_providers(), *hosts, *(path.rstrip("/") for path in paths)}


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


@pytest.mark.parametrize(
    "file",
    [*(file for name, file in MODULES.items() if stage_of(name) != "emulator"), *SUITES],
    ids=lambda file: f"{file.parent.name}/{file.stem}",
)
def test_only_contracts_and_emulators_name_a_vendor(file: Path) -> None:
    assert named(file) == set()


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
        "vidconform.error_kinds",
        "vidconform.errors",
        "vidconform.locations",
    }
