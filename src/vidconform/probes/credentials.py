"""Which credential an operation is asked with, by the name that a probe has for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from vidconform.contracts import Contract, Operation, Scheme
from vidconform.exchange import Headers
from vidconform.transport import NotSent

WRONG_KEY = "vidconform-wrong-key"
# A careless comparison looks at so many characters.
_COMPARED = 20
# Says to whoever reads the vendor's log that nobody holds it; letters alone, as some vendors look at the form first.
# No words of our own files, nor of a sentence without its spaces: what is near a key is kept out of them, and would
# take their first line, or a whole report, with it.
_MARK = "nobodyxholdsxthis"
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


def credentials_of(contract: Contract, operation: Operation, name: str, keys: Mapping[str, str]) -> Headers:
    """Return the headers of a credential, none without one; `keys` are by variable. Raises NotSent.

    `name` is a security scheme's, which is sent alone, or `key` for all that the document asks for at once, `another`,
    `wrong`, one of NEAR_KEYS or `none`. Another account's key stands in the place of the provider's, one near the right
    one in that of the first.
    """
    schemes = [scheme for scheme in operation.schemes if scheme.name == name != "key"][:1] or _chosen(operation, keys)
    if name == "none" or not schemes or (operation.keyless and name == "key" and not _holds(schemes, keys)):
        return ()
    if name == "wrong":
        return tuple((scheme.header, scheme.prefix + WRONG_KEY) for scheme in schemes)
    found = []
    account = next((s for s in schemes if s.variable == contract.provider.key_variable), schemes[0])
    for scheme in schemes:
        is_other = name == "another" and scheme is account
        variable = contract.provider.other_key_variable if is_other else scheme.variable
        if variable is None or not keys.get(variable):
            raise NotSent(f"a credential for {operation.path}: set {variable}")
        # A recording has no key that another one could be near.
        is_near = name in NEAR_KEYS and scheme is schemes[0]
        key = near_keys(keys[variable]).get(name, WRONG_KEY) if is_near else keys[variable]
        found.append((scheme.header, scheme.prefix + key))
    return tuple(found)


def _chosen(operation: Operation, keys: Mapping[str, str]) -> Sequence[Scheme]:
    """Return the schemes that are sent together: of several choices the first whose credentials are all set."""
    choices = operation.choices or (operation.schemes[:1],)
    # Those of a second route have rows of their own, and none stands in for another.
    held = [choice for choice in choices if _holds(choice, keys)] if operation.role != "second-retrieve" else []
    return (held or list(choices))[0]


def _holds(schemes: Sequence[Scheme], keys: Mapping[str, str]) -> bool:
    return all(keys.get(scheme.variable or "") for scheme in schemes)
