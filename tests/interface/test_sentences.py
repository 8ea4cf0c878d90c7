"""What people read names things as people do: no function or class of ours, and no code that does not exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from vidconform.errors import error_kinds

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "suites").glob("*.py")])
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

DEFINITIONS = (ast.ClassDef, ast.FunctionDef)


def names_in(text: str) -> Iterator[str]:
    """Yield the names of classes and functions that could be no words of a sentence."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, DEFINITIONS) and re.search(r"[a-z](?:_[a-z]|[A-Z])", node.name):
            yield node.name


def sentences_in(text: str) -> Iterator[str]:
    """Yield the texts with a space in them that are no docstrings; of an f-string the parts between its values."""
    tree = ast.parse(text)
    documented = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in documented:
            yield from [node.value] if " " in node.value.strip() else []


# Not where the tests are collected, which each worker does.
@cache
def names_of_ours() -> frozenset[str]:
    return frozenset(name for file in SOURCES for name in names_in(file.read_text("utf-8")))


def ours_in(sentence: str) -> frozenset[str]:
    """Return the names of ours in a sentence; what a data file calls its keys stands in backticks or quotes."""
    return names_of_ours() & set(re.findall(r"\w+", re.sub(r"`[^`]*`|'[^']*'", "", sentence)))


def test_no_sentence_names_a_function_or_a_class_of_ours() -> None:
    said = [(file, sentence) for file in SOURCES for sentence in sentences_in(file.read_text("utf-8"))]
    assert {(file, sentence): ours for file, sentence in said if (ours := ours_in(sentence))} == {}


def test_a_name_of_ours_in_a_sentence_is_seen() -> None:
    (sentence,) = sentences_in('"""Of expect_refused."""\nraise Unseen(f"a task require_observed to it: {x}")')
    assert ours_in(sentence) == {"require_observed"}


def test_each_code_that_is_named_exists() -> None:
    named = {file: set(re.findall(r"VC-\d+", file.read_text("utf-8"))) for file in [*SOURCES, *PAGES]}
    assert {file: codes - set(error_kinds()) for file, codes in named.items() if not codes <= set(error_kinds())} == {}
