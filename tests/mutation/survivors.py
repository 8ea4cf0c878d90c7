"""The two lists of tests/mutation/: which tests kill the mutants of a module, and which mutants survive and why."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests/mutation"


@dataclass(frozen=True)
class Survivor:
    """A mutant that no test kills: where it stands, its lines before and after without indentation, and the reason."""

    module: str
    function: str
    before: str
    after: str
    reason: str

    @property
    def key(self) -> tuple[str, ...]:
        """How a mutant is known again, however the module is spaced or moved."""
        return (self.module, self.function, bare(self.before), bare(self.after))


def bare(text: str) -> str:
    """Return a text without white space; cosmic-ray writes `[ 1:]` for `[1:]`."""
    return "".join(text.split())


@cache
def kill_tests() -> dict[str, list[str]]:
    """Return the arguments of pytest for each module."""
    found: dict[str, list[str]] = _read("modules.toml")
    return found


@cache
def survivors() -> tuple[Survivor, ...]:
    """Return the list of survivors; raises ValueError for a key that is none."""
    return parsed(_read("survivors.toml").get("survivor", []))


def parsed(rows: list[dict[str, Any]]) -> tuple[Survivor, ...]:
    """Return survivors from the rows of a file; raises ValueError."""
    valid = [field.name for field in fields(Survivor)]
    for row in rows:
        if sorted(row) != sorted(valid):
            raise ValueError(f"a survivor has the keys {', '.join(valid)}, and not {', '.join(row)}")
    return tuple(Survivor(**row) for row in rows)


def problem(survivor: Survivor, source: str) -> str:
    """Return why an entry does not apply to the source of its module, or nothing."""
    if survivor.module not in kill_tests():
        return f"{survivor.module} is not mutated"
    if bare(survivor.before) == bare(survivor.after):
        return f"{survivor.after!r} changes nothing"
    times = bare(function_text(source, survivor.function)).count(bare(survivor.before))
    if times != 1:
        return f"{survivor.before!r} stands {times} times in {survivor.function or 'the module'}"
    return "" if survivor.reason[:1].isupper() and survivor.reason.endswith(".") else "the reason is a sentence"


def function_text(source: str, name: str) -> str:
    """Return the text of a function by its dotted name, of the whole module for none, or nothing."""
    nodes: list[Any] = [ast.parse(source)]
    for part in name.split(".") if name else []:
        nodes = [child for node in nodes for child in node.body if getattr(child, "name", "") == part]
    found = nodes[0] if len(nodes) == 1 else None
    return source if not name else (ast.get_source_segment(source, found) or "") if found else ""


def _read(name: str) -> dict[str, Any]:
    path = FOLDER / name
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
