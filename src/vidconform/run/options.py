"""The options of a run, checked before anything is sent."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vidconform.contracts import Contract, Provider, SecretVariables, fits, is_subject
from vidconform.errors import BadOption, MissingKey, UnusableKey
from vidconform.redaction import SHORTEST
from vidconform.run.extras import check_extra

CLIENT_LEDGER = "client/openai-sdk"
"""What --require calls the findings of --sdk."""


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
    evidence: Sequence[Path] = ()
    against: Sequence[str] = ()
    require: Sequence[str] = ()
    sdk: bool = False
    subjects: Sequence[str] = ()

    @property
    def records(self) -> bool:
        """Whether cassettes are written."""
        return self.record_mode in ("rewrite", "all")

    @property
    def uses_network(self) -> bool:
        """Whether requests are sent over the network."""
        return self.live or self.records

    def check(self) -> None:
        """Raise BadOption for a value of the wrong form, whatever the provider, MissingExtra for want of a package."""
        if self.sdk:
            check_extra("--sdk", "openai", "sdk")
        wrong = next((subject for subject in self.subjects if not is_subject(subject)), None)
        if wrong is not None:
            raise BadOption("--subject", wrong, "NAME@VERSION, NAME of small letters, digits and hyphens")
        if self.record_mode in ("once", "new_episodes"):
            expected = "none or rewrite: a probe is recorded whole or not at all"
            raise BadOption("--record-mode", self.record_mode, expected)
        self._check_evidence()
        if CLIENT_LEDGER in self.require and not self.sdk:
            raise BadOption("--require", CLIENT_LEDGER, "--sdk with it, which asks what it is about")
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

    def _check_evidence(self) -> None:
        asking = {"--live": self.live, "--record-mode": self.records, "--plan": self.plan, "--resume": self.resume}
        given = next((option for option, is_set in asking.items() if is_set), None)
        if self.evidence and given is not None:
            raise BadOption(given, None, "none of it with --evidence, which judges what is kept and asks nobody")
        if self.report is not None and self.report.resolve() in [run.resolve() for run in self.evidence]:
            raise BadOption("--report", str(self.report), "another folder than that of --evidence")


def _check_seconds(option: str, value: float | None, *, zero: bool) -> None:
    if value is not None and not (math.isfinite(value) and (value > 0 or (zero and value == 0))):
        raise BadOption(option, str(value), "a number of seconds, 0 or more" if zero else "a number of seconds above 0")


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
    names = sorted({name for contract in contracts for name in contract.names})
    name, _, task_id = given.partition("=")
    # Equals signs at the end alone are the padding of base64 (RFC 4648 section 4).
    is_id = name not in names and bool(name.strip()) and not task_id.strip("=")
    if not is_id and (name not in names or not task_id.strip()):
        how = f"; an id with an equals sign in it is written {names[0]}={given}" if name.strip() and task_id else ""
        raise BadOption("--task-id", given, f"ID or CONTRACT=ID, CONTRACT one of {', '.join(names)}{how}")
    if not is_id:
        return [(contract, task_id) for contract in contracts if name in contract.names]
    fitting = [contract for contract in contracts if _fits(contract, given)]
    return [(contract, given) for contract in fitting or contracts]


def _fits(contract: Contract, task_id: str) -> bool:
    spaces = contract.provider.id_spaces
    return any(fits(spaces[name].pattern, task_id) for name in contract.id_space_names if name in spaces)
