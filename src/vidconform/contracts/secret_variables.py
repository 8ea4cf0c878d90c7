"""Environment variables that hold secrets of providers, for whoever writes files without being told any key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from vidconform.contracts.provider import all_providers, find_provider, variable_prefix

_ENDINGS = ("_API_KEY", "_TOKEN")
# Up to the last @, since a password may hold one.
_PASSWORD = re.compile(r"(?:[^:/@]*://)?[^:/@]*:(.+)@")
# By the rules of who reaches an object store for us; what stands in files of its own stays there.
_STORAGE = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "FSSPEC_S3_SECRET", "FSSPEC_S3_TOKEN")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class SecretVariables(dict[str, str]):
    """Environment variables whose values no traceback shows, with its locals neither."""

    def __repr__(self) -> str:
        return f"SecretVariables({', '.join(sorted(self))})"


def names_a_secret(variable: str) -> bool:
    """Whether an environment variable is named as those that hold keys are."""
    return variable.endswith(_ENDINGS)


def proxy_passwords(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the passwords of the proxies of an environment by variable: a proxy may tell what it was sent."""
    return {
        variable: unquote(found[1])
        for variable, value in environ.items()
        if variable.upper() in _PROXIES and (found := _PASSWORD.match(value))
    }


def known_secrets(environ: Mapping[str, str], providers: Iterable[str] = ()) -> dict[str, str]:
    """Return the secrets of the providers under specs/, and of some by name, that are set, by variable."""
    known = all_providers()
    named = {find_provider(name).key_variable for name in known} | {*_STORAGE}
    stems = {name.partition("@")[0] for name in (*known, *providers)}
    prefixes = tuple(f"{variable_prefix(name)}_" for name in stems)
    own = {
        variable: value
        for variable, value in environ.items()
        if value and (variable in named or (variable.startswith(prefixes) and names_a_secret(variable)))
    }
    return SecretVariables({**own, **proxy_passwords(environ)})
