"""The mutants themselves: what is changed and what is left alone, and whether a test that would notice is noticed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.mutation.survivors import ROOT, bare

pytest.importorskip("cosmic_ray", reason="needs cosmic-ray: pip install -e '.[mutation]'")
from tests.mutation.mutants import mutants
from tests.support.sandbox import Sandbox

CHANGES = {
    "if a: b()": {"if not a: b()", "if a: pass"},
    "x = not a": {"x = a"},
    "x = a and b": {"x = a or b"},
    "x = a == b": {"x = a != b"},
    "x = a < b": {"x = a <= b", "x = a >= b"},
    "x = a in b": {"x = a not in b"},
    "x = a not in b": {"x = a in b"},
    "x = a is b": {"x = a is not b"},
    "x = [a for a in b if c]": {"x = [a for a in b if not (c)]"},
    "x = a if b else c": {"x = a if not b else c"},
    "x = a[7:]": {"x = a[8:]", "x = a[6:]"},
    "x = a + b": {"x = a - b"},
    "x = True": {"x = False"},
    "for a in b: c()": {"for a in []: c()", "for a in b: pass"},
    "a.append(b)": {"pass"},
    "x: int | None = a": set(),
    "x = a()": set(),
    "'a text'": set(),
}


@pytest.mark.parametrize("source", CHANGES)
def test_one_thing_is_changed_at_a_time(source: str) -> None:
    found = {bare(mutant.after) for mutant in mutants("m.py", source + "\n")}
    assert found == {bare(changed) for changed in CHANGES[source]}


WHOLE = """
@cached(size=7)
def f(self, a: dict[int, str] | None = None, *, b: int = 0) -> bool | None:
    def g():
        return a == 7
    return g

def _(task):
    task.append(7)
"""


def test_a_mutant_is_told_by_its_function_and_its_line() -> None:
    found = {(mutant.function, mutant.before, mutant.after) for mutant in mutants("m.py", WHOLE)}
    signature = "def f(self, a: dict[int, str] | None = None, *, b: int = {}) -> bool | None:"
    assert found == {
        ("f", signature.format("0"), signature.format("1")), ("f", signature.format("0"), signature.format("-1")),
        ("f.g", "return a == 7", "return a != 7"), ("f.g", "return a == 7", "return a == 8"),
        ("f.g", "return a == 7", "return a == 6"),
    }  # fmt: skip


def test_of_two_mutants_that_do_the_same_one_is_left() -> None:
    afters = [mutant.after for mutant in mutants("m.py", "if a not in b:\n    c = 'x'\n")]
    assert [bare(after) for after in afters] == ["ifnotanotinb:"]


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_mutant_is_killed_by_a_test_that_fails_or_never_ends(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("def f(a):\n    return a > 3\n", "utf-8")
    (tmp_path / "test_it.py").write_text(f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom module import f\n\n"
                                         "def test_it():\n    assert f(5)\n", "utf-8")  # fmt: skip
    sandbox = Sandbox(tmp_path)
    assert sandbox.passes(["test_it.py"])
    found = mutants("module.py", (tmp_path / "module.py").read_text("utf-8"))
    survive = {mutant.after for mutant in found if sandbox.survives("module.py", mutant.source, ["test_it.py"], 30)}
    assert survive == {"return a >= 3", "return a > 4", "return a > 2"}
    assert not sandbox.survives("module.py", "def f(a):\n    while a: pass\n", ["test_it.py"], 1)
    assert not sandbox.survives("module.py", "def f(:\n", ["test_it.py"], 30)
    assert sandbox.passes(["test_it.py"])


def test_the_command_names_the_modules_that_it_knows() -> None:
    import subprocess

    command = [sys.executable, "-m", "tests.mutation.mutate", "src/vidconform/cli/commands.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert (
        "unknown module src/vidconform/cli/commands.py; the ones that are mutated are src/vidconform/contracts/"
        in done.stderr
    )
