"""The address that a provider is asked at, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from vidconform.contracts import Contract, Provider
from vidconform.errors import BadOption, DataFileProblem
from vidconform.redaction import check_keyless
from vidconform.run.options import RunOptions


def check_providers(providers: Sequence[Provider], options: RunOptions) -> None:
    """Raise BadOption for two providers of one name, or one address for several."""
    for i, provider in enumerate(providers):
        if provider.name in [earlier.name for earlier in providers[:i]]:
            raise BadOption("--provider", provider.argument, f"each provider once; {provider.name} is named twice")
    if options.provider_url is not None and len(providers) != 1:
        expected = "one --provider with it; <PROVIDER>_BASE_URL serves several"
        raise BadOption("--provider-url", address_without_secrets(options.provider_url), expected)


def base_url(
    provider: Provider, options: RunOptions, environ: Mapping[str, str], contracts: Sequence[Contract] = ()
) -> str:
    """Return the address to talk to: the option's, the variable's or the provider's own; raises BadOption."""
    variable = environ.get(provider.base_url_variable)
    check_keyless(provider.base_url_variable, [variable or ""], environ)
    if options.provider_url is not None:
        return _address("--provider-url", options.provider_url, contracts)
    if variable:
        return _address(provider.base_url_variable, variable, contracts)
    if not is_address(provider.base_url):
        raise DataFileProblem(
            provider.folder / "provider.toml", f"base_url {address_without_secrets(provider.base_url)!r} is no address"
        )
    return provider.base_url


def _address(name: str, value: str, contracts: Sequence[Contract]) -> str:
    if not is_address(value):
        expected = "an address like https://host or http://127.0.0.1:8000, without user, query or fragment"
        raise BadOption(name, address_without_secrets(value), expected)
    address = value.rstrip("/")
    twice = _beginning_of_paths(address, contracts)
    if twice:
        expected = f"{address.removesuffix(twice)}, for the documented paths begin with {twice} themselves"
        raise BadOption(name, value, expected)
    return address


def _beginning_of_paths(address: str, contracts: Sequence[Contract]) -> str:
    """Return what an address ends in although every documented path begins with it, or an empty text."""
    paths = [operation.path for contract in contracts for operation in contract.operations]
    steps = urlsplit(address).path.split("/")[1:]
    ends = ["/" + "/".join(steps[first:]) for first in range(len(steps))]
    return next((end for end in ends if paths and all(path.startswith(f"{end}/") for path in paths)), "")


def is_address(value: str) -> bool:
    """Whether requests can be sent to an address when a path is put behind it."""
    try:
        parts = urlsplit(value)
        (parts.hostname or "").encode("idna")
        # `port` raises where it is no number up to 65535.
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        # Of the authority a percent sign may only stand before the zone of an address (RFC 6874).
        usable = usable and ("%" not in parts.netloc or parts.netloc.startswith("["))
    except ValueError:
        return False
    return bool(usable) and not re.search(r"[?#@;\s]|[^\x20-\x7e\xa1-\U0010ffff]", value)


def address_without_secrets(value: str) -> str:
    """Return an address without what may be a password or a key."""
    scheme, separator, rest = value.rpartition("://") if value.count("://") == 1 else ("", "", value)
    user, at, host = rest.replace("%40", "@").rpartition("@")
    if at and re.search(r"[/?#]", user):
        # A password with such a character, or a query with an @: nobody knows where either of them ends.
        return f"{scheme}{separator}***"
    shown = f"{scheme}{separator}{'***@' if at else ''}{host}"
    return re.sub(r"([?#;]).+", r"\1***", shown)
