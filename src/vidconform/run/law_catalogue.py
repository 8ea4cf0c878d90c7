"""What the laws of suites/ decide and look at, for whoever writes a ledger and needs an id."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from textwrap import dedent
from types import FunctionType
from typing import Any

from vidconform.contracts import ROLES
from vidconform.laws import EACH_REFUSAL, Law, ReplyView, binding_of, kind_of, listed_ids
from vidconform.run.bindings import all_laws
from vidconform.verdicts import name_of

_STATED = "any id that x-refusals states"
# A status of these is that of HTTP, and no member of a task.
_NO_VIEWS = ("reply", "exchange", "request")


def describe_laws() -> list[dict[str, Any]]:
    """Return every law as `vidconform laws --json` prints it."""
    return [
        {
            "law": name_of(law),
            "sentence": _sentence(law),
            "subject": next(iter(inspect.signature(law).parameters)),
            "fields": roles_read_by(law),
            "requirements": [_bound(law, id) for id in law.requirements],
        }
        for law in all_laws()
    ]


def law_lines(law: dict[str, Any]) -> Iterator[str]:
    """Yield a law as `vidconform laws` prints it."""
    looks_at = ", ".join([law["subject"].replace("_", " "), *(f"`{name}`" for name in law["fields"])])
    yield f"{law['sentence']} (looks at: {looks_at})"
    for row in law["requirements"]:
        told = [f"operation {row['role']}"] if row["role"] else []
        told += [f"member {row['member']}"] if row["member"] else []
        told += [f"held against {row['other']}"] if row["other"] else []
        told += [f"seen by the probe {', '.join(row['probes'])}"] if row["probes"] else []
        yield f"  {row['requirement'] or _STATED:<44} {'; '.join(told)}".rstrip()


def roles_read_by(law: Law) -> list[str]:
    """Return the roles of the members that a law reads, itself, by a helper beside it or by a method of its subject."""
    assert isinstance(law, FunctionType)
    said = set(_said(law, _subject_of(law), set()))
    return [role for role in ROLES if role in said]


def _sentence(law: Law) -> str:
    words = law.__name__.removeprefix("test_").replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."


def _bound(law: Law, id: str) -> dict[str, Any]:
    if id == EACH_REFUSAL:
        return {"requirement": None, "role": "", "member": "", "other": "", "probes": []}
    bound, kind = binding_of(law, id), kind_of(law)
    return {
        "requirement": id,
        "role": bound.role,
        "member": bound.member,
        "other": bound.other,
        "probes": list(dict.fromkeys(kind.needs(bound))),
    }


def _subject_of(law: FunctionType) -> Any:
    """Return the class of what a law looks at."""
    annotation = next(iter(inspect.signature(law).parameters.values())).annotation
    return law.__globals__.get(annotation) if isinstance(annotation, str) else annotation


def _said(function: FunctionType, subject: Any, known: set[FunctionType]) -> Iterator[str]:
    """Yield the texts that a function of suites/, and the helpers beside it that it calls, pass on."""
    if function in known:
        return
    known.add(function)
    for node in _nodes(function):
        yield from _texts(node)
        if isinstance(node, ast.Attribute):
            yield from _texts_behind(node, subject)
        # What nobody reads is called as counterexamples are.
        helper = function.__globals__.get(node.id) if isinstance(node, ast.Name) and node.id != "_" else None
        if isinstance(helper, FunctionType) and helper.__module__ == function.__module__:
            yield from _said(helper, subject, known)


def _texts_behind(node: ast.Attribute, subject: Any) -> Iterator[str]:
    """Yield the texts in a method of a law's subject, or in what a reply tells by itself, such as its phase."""
    if isinstance(node.value, ast.Attribute) and node.value.attr in _NO_VIEWS:
        return
    told = getattr(ReplyView, node.attr, None)
    for member in (getattr(subject, node.attr, None), told if not isinstance(told, FunctionType) else None):
        function = getattr(member, "fget", None) or getattr(member, "func", None) or member
        if isinstance(function, FunctionType):
            yield from _all_texts(function, set())


def _all_texts(function: FunctionType, known: set[FunctionType]) -> Iterator[str]:
    """Yield the texts in a function of the library and in those by which it reads a list."""
    known.add(function)
    for node in _nodes(function):
        yield from _texts(node)
        called = function.__globals__.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(called, FunctionType) and called not in known and called.__module__ == listed_ids.__module__:
            yield from _all_texts(called, known)


def _texts(node: ast.AST) -> Iterator[str]:
    """Yield the texts that a node passes on as arguments or lists; one that it compares with is no role."""
    passed = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple | ast.List) else []
    yield from (value.value for value in passed if isinstance(value, ast.Constant) and isinstance(value.value, str))


def _nodes(function: FunctionType) -> Iterator[ast.AST]:
    """Yield what stands in the body of a function; what decorates it names rows and members of requests."""
    (defined,) = ast.parse(dedent(inspect.getsource(function))).body
    assert isinstance(defined, ast.FunctionDef)
    for statement in defined.body:
        yield from ast.walk(statement)
