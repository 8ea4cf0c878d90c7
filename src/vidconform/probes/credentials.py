"""Which credential an operation is asked with, by the name that a probe has for it."""

from __future__ import annotations

from collections.abc import Mapping

from vidconform.contracts import Contract, Operation
from vidconform.transport import NotSent

WRONG_KEY = "vidconform-wrong-key"


def credential_of(contract: Contract, operation: Operation, name: str, keys: Mapping[str, str]) -> tuple[str, str]:
    """Return the header of a credential, empty for none; `keys` are by variable. Raises NotSent.

    `name` is a security scheme's, or `key` for the operation's first, `another`, `wrong` or `none`.
    """
    if name == "none" or not operation.schemes:
        return "", ""
    named = [scheme for scheme in operation.schemes if scheme.name == name]
    scheme = (named or list(operation.schemes))[0]
    if name == "wrong":
        return scheme.header, scheme.prefix + WRONG_KEY
    variable = contract.provider.other_key_variable if name == "another" else scheme.variable
    if variable is None or not keys.get(variable):
        raise NotSent(f"a credential for {operation.path}: set {variable}")
    return scheme.header, scheme.prefix + keys[variable]
