"""Environment variables that hold secrets of providers, for whoever writes files without being told any key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from vidconform.contracts.provider import find_provider, known_providers

_ENDINGS = ("_API_KEY", "_TOKEN")


def known_secrets(environ: Mapping[str, str], providers: Iterable[str] = ()) -> dict[str, str]:
    """Return the secrets of the providers under specs/, and of some by name, that are set, by variable."""
    known = known_providers()
    named = {find_provider(name).key_variable for name in known}
    prefixes = tuple(f"{name.upper().replace('-', '_')}_" for name in (*known, *providers))
    return {
        variable: value
        for variable, value in environ.items()
        if value and (variable in named or (variable.startswith(prefixes) and variable.endswith(_ENDINGS)))
    }
