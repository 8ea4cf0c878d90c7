"""What may give a key away before a vendor has seen it: plain HTTP, and a key that nobody can tell from a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from vidconform.contracts import Contract
from vidconform.errors import ExposedKey, UnusableKey
from vidconform.run.options import RunOptions
from vidconform.transport import Timeouts, check_environment, is_public

# Words in any case, joined as names are: nobody's key, and every second body holds one.
_PLAIN_WORDS = re.compile(r"(?:[A-Z]?[a-z]+|[A-Z]+)(?:[-_. ](?:[A-Z]?[a-z]+|[A-Z]+))*|[0-9]{1,12}|(.)\1*")
_LONGEST_PLAIN = 24
# The same with a number behind it, as a model or a file has; in a longer key nobody knows what is a word.
_NUMBERED = re.compile(r"[A-Za-z]+(?:[-_. ][A-Za-z]+)*[-_. ]?[0-9]{1,4}")
_LONGEST_NUMBERED = 16


def check_way(address: str, keys: Mapping[str, str], contracts: Sequence[Contract], options: RunOptions) -> list[str]:
    """Return warnings about the way to a service that is asked; raises UsageProblem where it must not be taken."""
    seconds = Timeouts.of(options.request_timeout).connect
    warnings = _exposed(address, keys, contracts, options.allow_http, seconds)
    check_environment(address, seconds)
    return warnings


def _exposed(
    address: str, keys: Mapping[str, str], contracts: Sequence[Contract], allow_http: bool, seconds: float
) -> list[str]:
    """Return warnings about keys that are sent within our network; raises ExposedKey, UnusableKey beyond it."""
    plain_http = urlsplit(address).scheme == "http"
    plain_keys = [name for name, key in keys.items() if is_plain_text(key, contracts)]
    if not (plain_http or plain_keys):
        return []
    # Only now: a look-up takes its time.
    public = is_public(address, seconds)
    if public and plain_http and not allow_http:
        raise ExposedKey(address, next(iter(keys)))
    if public and plain_keys:
        raise UnusableKey(plain_keys[0], _NO_KEY)
    warnings = [f"plain http: keys travel unencrypted to {address}"] if plain_http else []
    return warnings + [f"{name} holds {_NO_KEY}, so that replies lose words" for name in plain_keys]


_NO_KEY = "a plain word or a text of the document itself, which redaction would take out of every reply"


def is_plain_text(key: str, contracts: Sequence[Contract]) -> bool:
    """Whether a key is a text that replies hold anyway."""
    if len(key) <= _LONGEST_PLAIN and _PLAIN_WORDS.fullmatch(key) is not None:
        return True
    if len(key) <= _LONGEST_NUMBERED and _NUMBERED.fullmatch(key) is not None:
        return True
    return any(key in text for contract in contracts for text in _texts(contract))


def _texts(contract: Contract) -> list[str]:
    files = [contract.folder / "openapi.yaml", *(schema.path for schema in contract.schemas.values())]
    return [file.read_text("utf-8", "replace") for file in files if file.is_file()]
