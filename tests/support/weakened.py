"""Copies of our own checks with one thing missing: a law without one of its assertions, a node without its row."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, cast

from vidconform.contracts.contract import Contract
from vidconform.contracts.schema_places import subschemas
from vidconform.laws.law import Law, expect, require_observed
from vidconform.run.bindings import bindings

OUR_LAWS = "vidconform.laws."


@dataclass(frozen=True)
class Assertion:
    """One statement that can break a law: the function it stands in, and its place among that function's assertions."""

    file: Path
    function: str
    number: int
    text: str

    def __str__(self) -> str:
        return f"{self.function}-{self.number}"


def assertions_of(law: Law) -> list[Assertion]:
    """Return every assertion that a law reaches in its own module and in the library."""
    found: dict[Assertion, None] = {}
    for names, function in _reached(_names(law), law.__name__):
        for number, statement in enumerate(_assertions(function)):
            found[Assertion(_file(names), function.name, number, ast.unparse(statement))] = None
    return list(found)


def without(law: Law, assertion: Assertion) -> Law:
    """Return a law from a fresh copy of its module in which one assertion is missing."""
    own = _file(_names(law))
    module = _executed(own, law.__module__, assertion)
    if assertion.file != own:
        module[assertion.function] = _executed(assertion.file, OUR_LAWS, assertion)[assertion.function]
    changed: Law = module[law.__name__]
    return changed


def wrongly_bound(contract: Contract) -> dict[str, list[str]]:
    """Return the rows that are not bound exactly once, or are although they say why not."""
    bound = {name: bindings(contract, name) for name in contract.requirements}
    untestable = {name for name, row in contract.requirements.items() if row.untestable is not None}
    return {name: found for name, found in bound.items() if len(found) != (name not in untestable)}


def without_a_requirement(contract: Contract) -> Iterator[tuple[str, Contract]]:
    """Yield each `x-requirement` of a contract's schemas with a copy of the contract in which that one is missing."""
    for name, schema in contract.schemas.items():
        for number, node in enumerate(_annotated(schema.source)):
            source = copy.deepcopy(schema.source)
            del _annotated(source)[number]["x-requirement"]
            schemas = {**contract.schemas, name: replace(schema, source=source)}
            yield node["x-requirement"], replace(contract, schemas=schemas)


def _annotated(node: dict[str, Any]) -> list[dict[str, Any]]:
    below = [found for _, schema in subschemas(node) for found in _annotated(schema)]
    return ([node] if "x-requirement" in node else []) + below


def _names(law: Law) -> dict[str, Any]:
    return cast(FunctionType, law).__globals__


def _file(names: dict[str, Any]) -> Path:
    return Path(names["__file__"])


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def _functions(file: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in _tree(file).body if isinstance(node, ast.FunctionDef)}


def _reached(names: dict[str, Any], name: str) -> Iterator[tuple[dict[str, Any], ast.FunctionDef]]:
    """Yield a function and those that it names, in its own module and in the library's modules of laws."""
    function = _functions(_file(names))[name]
    yield names, function
    for used in dict.fromkeys(_used(function)):
        home = names.get(used)
        # What every assertion is made of is not itself an assertion of one law.
        if not isinstance(home, FunctionType) or home in (expect, require_observed):
            continue
        if home.__globals__ is names or home.__module__.startswith(OUR_LAWS):
            yield from _reached(home.__globals__, used)


def _used(function: ast.FunctionDef) -> list[str]:
    # A name that is also given a value, as _ often is, names no function.
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    stored = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return [node.id for node in names if node.id not in stored and node.id != function.name]


def _assertions(function: ast.FunctionDef) -> list[ast.stmt]:
    return [node for node in ast.walk(function) if isinstance(node, ast.stmt) and _asserts(node)]


def _asserts(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise):
        return _called(statement.exc) == "BrokenLaw"
    if isinstance(statement, ast.Expr):
        return _called(statement.value).lstrip("_").startswith("expect")
    return isinstance(statement, ast.Assert)


def _called(expression: ast.expr | None) -> str:
    function = expression.func if isinstance(expression, ast.Call) else None
    return function.id if isinstance(function, ast.Name) else ""


def _executed(file: Path, name: str, missing: Assertion) -> dict[str, Any]:
    """Return the names of a fresh copy of a module, without one assertion if that stands in it."""
    tree = copy.deepcopy(_tree(file))
    for function in tree.body:
        if missing.file == file and isinstance(function, ast.FunctionDef) and function.name == missing.function:
            _Remover(_assertions(function)[missing.number]).visit(function)
    fresh = ModuleType(name)
    fresh.__file__ = str(file)
    exec(compile(tree, file, "exec"), vars(fresh))
    return vars(fresh)


class _Remover(ast.NodeTransformer):
    def __init__(self, statement: ast.stmt) -> None:
        self.statement = statement

    def visit(self, node: ast.AST) -> Any:
        """Put `pass` where the statement stood."""
        return ast.copy_location(ast.Pass(), node) if node is self.statement else self.generic_visit(node)
