"""Mutants of a module: its source with one small thing changed, by the operators of cosmic-ray and three of our own."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import CodeType
from typing import Any

import parso
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.provider import OperatorProvider

from tests.mutation.survivors import bare

Position = tuple[int, int]

# Of the replacements of an operator the nearest and the opposite one alone: the others are killed along with them.
OPERATORS = (
    "AddNot", "ReplaceUnaryOperator_Delete_Not", "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak",
    "ReplaceComparisonOperator_Eq_NotEq", "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_LtE", "ReplaceComparisonOperator_Lt_GtE",
    "ReplaceComparisonOperator_LtE_Lt", "ReplaceComparisonOperator_LtE_Gt",
    "ReplaceComparisonOperator_Gt_GtE", "ReplaceComparisonOperator_Gt_LtE",
    "ReplaceComparisonOperator_GtE_Gt", "ReplaceComparisonOperator_GtE_Lt",
    "ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Div", "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_BitOr_BitAnd", "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceUnaryOperator_USub_UAdd", "NumberReplacer", "ZeroIterationForLoop", "ExceptionReplacer",
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change of a module: the function it is in, the lines before and after without indentation, the whole text."""

    module: str
    function: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same when the module moves or is spaced otherwise."""
        return (self.module, self.function, bare(self.before), bare(self.after))


def mutants(module: str, source: str) -> list[Mutant]:
    """Return each mutant of a module once, in the order of its lines; of those that compile to the same, the first."""
    found = [
        (position, _mutant(module, source, changed))
        for operator in operators()
        for number, position in enumerate(_positions(operator, source))
        if not _is_noise(source, position) and (changed := mutate_code(source, operator, number))
    ]
    in_order = (mutant for _, mutant in sorted(found, key=lambda pair: pair[0]))
    known = {_instructions(compile(source, module, "exec"))}
    kept = []
    for mutant in in_order:
        instructions = _instructions(compile(mutant.source, module, "exec"))
        if instructions not in known and not _is_counterexample(mutant):
            known.add(instructions)
            kept.append(mutant)
    return kept


def _instructions(code: CodeType) -> tuple[Any, ...]:
    """Return what a module does, without the lines that it stands on."""
    constants = [_instructions(value) if isinstance(value, CodeType) else repr(value) for value in code.co_consts]
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, *constants)


@cache
def operators() -> list[Any]:
    """Return the operators, of cosmic-ray and our own."""
    provider = OperatorProvider()
    return [*(provider[name]() for name in OPERATORS), NegateFilter(), SwapMembership(), DropCall()]


class NegateFilter:
    """Turns the condition of a comprehension round."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Yield where a condition stands."""
        if node.type == "comp_if":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Return the node with the condition turned round."""
        node.children[1] = parso.parse(f" not ({node.children[1].get_code().strip()})")
        return node


class SwapMembership:
    """Puts `not in` for `in`, and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Yield where a membership is asked."""
        for child in _memberships(node):
            yield child.start_pos, child.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Return the node with the membership turned round."""
        child = _memberships(node)[index]
        other = " in" if child.type == "comp_op" else " not in"
        node.children[node.children.index(child)] = parso.parse(other)
        return node


def _memberships(node: Any) -> list[Any]:
    operators = node.children[1::2] if node.type == "comparison" else []
    return [child for child in operators if child.get_code().split() in (["in"], ["not", "in"])]


class DropCall:
    """Leaves a call out that stands for itself."""

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Yield where such a call stands."""
        if node.type == "simple_stmt" and node.children[0].type == "atom_expr":
            yield node.children[0].start_pos, node.children[0].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Return the statement with `pass` in place of the call."""
        call = node.children[0]
        node.children[0] = parso.parse(f"{call.get_first_leaf().prefix}pass")
        return node


def _positions(operator: Any, source: str) -> list[Position]:
    return [start for node in ast_nodes(get_ast(source)) for start, _ in operator.mutation_positions(node)]


def _mutant(module: str, source: str, changed: str) -> Mutant:
    old, new = source.splitlines(), changed.splitlines()
    codes = [
        code for code in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if code[0] != "equal"
    ]
    first, last = codes[0], codes[-1]
    before, after = _stripped(old[first[1] : last[2]]), _stripped(new[first[3] : last[4]])
    return Mutant(module, _function_at(source, first[1] + 1), before, after, changed)


def _stripped(lines: list[str]) -> str:
    return "\n".join(line.strip() for line in lines)


def _function_at(source: str, line: int) -> str:
    return ".".join(node.name for node in _around(source, line))


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def _around(source: str, line: int) -> list[Any]:
    named = (ast.FunctionDef, ast.ClassDef)
    around = [node for node in ast.walk(_tree(source)) if isinstance(node, named) and _spans(node, line)]
    return sorted(around, key=lambda node: node.lineno)


def _spans(node: Any, line: int) -> bool:
    return bool(node.lineno <= line <= node.end_lineno)


def _is_counterexample(mutant: Mutant) -> bool:
    # Each is held against its law already, and one that breaks nothing fails.
    return mutant.function == "_"


def _is_noise(source: str, position: Position) -> bool:
    """Whether a place is an annotation or a decorator, which decide nothing, or the star among parameters."""
    line, column = position
    if source.splitlines()[line - 1][column:].startswith("*,"):
        return True
    return any(start <= position < end for start, end in _quiet(source))


@cache
def _quiet(source: str) -> list[tuple[Position, Position]]:
    nodes: list[Any] = []
    for node in ast.walk(_tree(source)):
        nodes += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        nodes += getattr(node, "decorator_list", [])
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in nodes if n is not None]
