"""The options of a run, checked before anything is sent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from vidconform.contracts import Contract, Provider, SecretVariables, fits
from vidconform.errors import BadOption, DataFileProblem, MissingKey, UnusableKey
from vidconform.redaction import SHORTEST


@dataclass(frozen=True)
class RunOptions:
    """What the user asked for; `record_mode` is pytest-recording's, times are in seconds."""

    providers: Sequence[str] = ()
    live: bool = False
    record_mode: str | None = None
    provider_url: str | None = None
    task_ids: Sequence[str] = ()
    poll_interval: float | None = None
    poll_timeout: float | None = None
    max_creations: int = 2
    report: Path | None = None
    fail_on: str = "must"
    fuzz: int = 25
    fuzz_seed: int = 0
    request_timeout: float | None = None
    run_timeout: float | None = None
    max_body: int | None = None
    max_cost: float | None = None
    plan: bool = False
    resume: bool = False
    deviations: Sequence[Path] = ()
    write_deviations: Path | None = None
    recheck_deviations: bool = False
    allow_http: bool = False
    settle: str | None = None

    @property
    def records(self) -> bool:
        """Whether cassettes are written."""
        return self.record_mode in ("rewrite", "all")

    @property
    def uses_network(self) -> bool:
        """Whether requests are sent over the network."""
        return self.live or self.records

    def check(self) -> None:
        """Raise BadOption for a value of the wrong form, whatever the provider."""
        if self.record_mode in ("once", "new_episodes"):
            expected = "none or rewrite: a probe is recorded whole or not at all"
            raise BadOption("--record-mode", self.record_mode, expected)
        if self.max_creations < 0:
            raise BadOption("--max-creations", str(self.max_creations), "0 or more")
        if self.fuzz < 0:
            raise BadOption("--fuzz", str(self.fuzz), "a number of requests for each operation, 0 or more")
        _check_seconds("--poll-interval", self.poll_interval, zero=True)
        _check_seconds("--poll-timeout", self.poll_timeout, zero=False)
        _check_seconds("--request-timeout", self.request_timeout, zero=False)
        _check_seconds("--run-timeout", self.run_timeout, zero=False)
        if self.max_body is not None and self.max_body < 1:
            raise BadOption("--max-body", str(self.max_body), "a number of bytes, 1 or more")
        if self.max_cost is not None and not (math.isfinite(self.max_cost) and self.max_cost >= 0):
            raise BadOption("--max-cost", str(self.max_cost), "an amount of USD, 0 or more")


def _check_seconds(option: str, value: float | None, *, zero: bool) -> None:
    if value is not None and not (math.isfinite(value) and (value > 0 or (zero and value == 0))):
        raise BadOption(option, str(value), "a number of seconds, 0 or more" if zero else "a number of seconds above 0")


def check_providers(providers: Sequence[Provider], options: RunOptions) -> None:
    """Raise BadOption for two providers of one name, or one address for several."""
    for i, provider in enumerate(providers):
        if provider.name in [earlier.name for earlier in providers[:i]]:
            raise BadOption("--provider", provider.argument, f"each provider once; {provider.name} is named twice")
    if options.provider_url is not None and len(providers) != 1:
        expected = "one --provider with it; <PROVIDER>_BASE_URL serves several"
        raise BadOption("--provider-url", without_secrets(options.provider_url), expected)


def base_url(
    provider: Provider, options: RunOptions, environ: Mapping[str, str], contracts: Sequence[Contract] = ()
) -> str:
    """Return the address to talk to: the option's, the variable's or the provider's own; raises BadOption."""
    variable = environ.get(provider.base_url_variable)
    if options.provider_url is not None:
        return _address("--provider-url", options.provider_url, contracts)
    if variable:
        return _address(provider.base_url_variable, variable, contracts)
    if not is_address(provider.base_url):
        raise DataFileProblem(
            provider.folder / "provider.toml", f"base_url {without_secrets(provider.base_url)!r} is no address"
        )
    return provider.base_url


def _address(name: str, value: str, contracts: Sequence[Contract]) -> str:
    if not is_address(value):
        expected = "an address like https://host or http://127.0.0.1:8000, without user, query or fragment"
        raise BadOption(name, without_secrets(value), expected)
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


def without_secrets(value: str) -> str:
    """Return an address without what may be a password or a key."""
    scheme, separator, rest = value.rpartition("://") if value.count("://") == 1 else ("", "", value)
    user, at, host = rest.replace("%40", "@").rpartition("@")
    if at and re.search(r"[/?#]", user):
        # A password with such a character, or a query with an @: nobody knows where either of them ends.
        return f"{scheme}{separator}***"
    shown = f"{scheme}{separator}{'***@' if at else ''}{host}"
    return re.sub(r"([?#;]).+", r"\1***", shown)


def usable_key(variable: str, key: str) -> str:
    """Return a key that a header can carry (RFC 9110 section 5.5) and that can be redacted; raises UnusableKey.

    What cannot be sent would be quoted, key and all, in an error message.
    """
    if re.fullmatch(r"[\x21-\x7e]+", key) is None:
        raise UnusableKey(variable, "a character that no HTTP header can carry, perhaps a line end or a space")
    if len(key) < SHORTEST:
        raise UnusableKey(variable, f"fewer than {SHORTEST} characters, too few to be redacted; pass a whole key")
    return key


def key_variables(provider: Provider, contracts: Sequence[Contract]) -> list[str]:
    """Return the environment variables that hold credentials of a provider, the key's first."""
    schemes = [s for contract in contracts for operation in contract.operations for s in operation.schemes]
    named = [scheme.variable for scheme in schemes if scheme.variable]
    return list(dict.fromkeys([provider.key_variable, *named, provider.other_key_variable]))


def needs_no_key(contracts: Sequence[Contract]) -> bool:
    """Whether no operation of some contracts asks for a credential."""
    return all(operation.keyless for contract in contracts for operation in contract.operations)


def keys_of(provider: Provider, contracts: Sequence[Contract], environ: Mapping[str, str]) -> dict[str, str]:
    """Return the credentials that are set, by variable; raises MissingKey, UnusableKey."""
    if not environ.get(provider.key_variable) and not needs_no_key(contracts):
        raise MissingKey(provider.name, provider.key_variable)
    variables = key_variables(provider, contracts)
    return SecretVariables({name: usable_key(name, environ[name]) for name in variables if environ.get(name)})


def task_ids(options: RunOptions, contracts: Sequence[Contract]) -> dict[str, dict[str, list[str]]]:
    """Return the known tasks by provider and contract name.

    An id without a contract goes to the contracts whose id space it fits, or to all where it fits none. Equals
    signs at the end of an id that names no contract are its own.
    Raises BadOption for an empty id or an unknown contract.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for given in options.task_ids:
        for contract, task_id in _assigned(given, contracts):
            ids = found.setdefault(contract.provider.name, {}).setdefault(contract.name, [])
            ids += [task_id] if task_id not in ids else []
    return found


def _assigned(given: str, contracts: Sequence[Contract]) -> list[tuple[Contract, str]]:
    names = sorted({c.name for c in contracts} | {c.id for c in contracts})
    name, _, task_id = given.partition("=")
    # Equals signs at the end alone are the padding of base64 (RFC 4648 section 4).
    is_id = name not in names and bool(name.strip()) and not task_id.strip("=")
    if not is_id and (name not in names or not task_id.strip()):
        how = f"; an id with an equals sign in it is written {names[0]}={given}" if name.strip() and task_id else ""
        raise BadOption("--task-id", given, f"ID or CONTRACT=ID, CONTRACT one of {', '.join(names)}{how}")
    if not is_id:
        return [(contract, task_id) for contract in contracts if name in (contract.name, contract.id)]
    fitting = [contract for contract in contracts if _fits(contract, given)]
    return [(contract, given) for contract in fitting or contracts]


def _fits(contract: Contract, task_id: str) -> bool:
    spaces = contract.provider.id_spaces
    return any(fits(spaces[name].pattern, task_id) for name in contract.id_space_names if name in spaces)
