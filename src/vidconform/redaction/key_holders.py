"""Refuses keys where they would be shown: in arguments and addresses, which messages, headers and file names repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile

from vidconform.contracts import names_a_secret
from vidconform.errors import BadOption

# What is shorter may be a word that stands in an option as well.
_SHORTEST = 12


def check_arguments(arguments: Iterable[str], environ: Mapping[str, str]) -> None:
    """Raise BadOption where a key of the environment stands in an argument, but for those of a client, behind --."""
    check_keyless("the arguments", takewhile(lambda argument: argument != "--", arguments), environ)


def check_keyless(option: str, values: Iterable[str], environ: Mapping[str, str]) -> None:
    """Raise BadOption, which shows no value of an option, where a key of the environment stands in one.

    A piece of a key is no matter here: variables of other programs may hold a path, of which others begin alike.
    """
    keys = {name: key for name, key in environ.items() if names_a_secret(name) and len(key) >= _SHORTEST}
    found = (name for value in values for name, key in keys.items() if key in value)
    variable = next(found, None)
    if variable is not None:
        expected = f"no key, and the value of {variable} stands there; keys come from the environment alone"
        raise BadOption(option, None, expected)
