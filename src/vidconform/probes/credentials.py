"""Which credential an operation is asked with, by the name that a probe has for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vidconform.contracts import Contract, Operation
from vidconform.transport import NotSent

WRONG_KEY = "vidconform-wrong-key"
# A careless comparison looks at so many characters.
_COMPARED = 20
# Says to whoever reads the vendor's log that nobody holds it; letters alone, as some vendors look at the form first.
_MARK = "vidconformwrong"
_SHORTEST = 12


def _head(key: str) -> str:
    kept = min(_COMPARED, len(key) // 2)
    return key[:kept] + _MARK + _other(key[kept + len(_MARK) :])


def _tail(key: str) -> str:
    kept = min(_COMPARED, len(key) // 2)
    return _other(key[: max(0, len(key) - kept - len(_MARK))]) + _MARK + key[-kept:]


def _other(text: str) -> str:
    """Return a text with each letter and digit replaced by another of its kind."""
    return text.translate(_NEXT)


_KINDS = ("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789")
_NEXT = {ord(a): b for kind in _KINDS for a, b in zip(kind, kind[1:] + kind[0], strict=True)}
_NEAR: dict[str, Callable[[str], str]] = {
    "near-head": _head,
    "near-tail": _tail,
    "near-case": str.swapcase,
    "near-whole": lambda key: key + _MARK,
}
NEAR_KEYS = tuple(_NEAR)
"""The credentials that share the beginning, the end, all but the case, or all of the right one."""


def near_keys(key: str) -> dict[str, str]:
    """Return the keys near a right one by name, none of which it is; none for a key that a word may be."""
    made = {name: change(key) for name, change in _NEAR.items()} if len(key) >= _SHORTEST else {}
    return {name: near for name, near in made.items() if near != key}


def near_credentials(operation: Operation, keys: Mapping[str, str]) -> list[str]:
    """Return the names of the keys near the one that an operation is asked with, as far as there are any."""
    scheme = next(iter(operation.schemes), None)
    return list(near_keys(keys.get(scheme.variable or "", ""))) if scheme is not None else []


def credential_of(contract: Contract, operation: Operation, name: str, keys: Mapping[str, str]) -> tuple[str, str]:
    """Return the header of a credential, empty for none; `keys` are by variable. Raises NotSent.

    `name` is a security scheme's, or `key` for the operation's first, `another`, `wrong`, one of NEAR_KEYS or `none`.
    """
    if name == "none" or not operation.schemes:
        return "", ""
    named = [scheme for scheme in operation.schemes if scheme.name == name]
    scheme = (named or list(operation.schemes))[0]
    if name == "wrong":
        return scheme.header, scheme.prefix + WRONG_KEY
    variable = contract.provider.other_key_variable if name == "another" else scheme.variable
    if operation.keyless and name == "key" and not keys.get(variable or ""):
        return "", ""
    if variable is None or not keys.get(variable):
        raise NotSent(f"a credential for {operation.path}: set {variable}")
    # A recording has no key that another one could be near.
    key = near_keys(keys[variable]).get(name, WRONG_KEY) if name in NEAR_KEYS else keys[variable]
    return scheme.header, scheme.prefix + key
