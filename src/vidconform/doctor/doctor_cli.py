"""The command doctor: what stands in the way of a live run, before anything is spent."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from vidconform.doctor import exit_codes
from vidconform.errors import BadOption
from vidconform.text import say

if TYPE_CHECKING:
    from vidconform.contracts import Contract


def add_doctor(commands: Any) -> None:
    """Add the command to a parser's."""
    doctor = commands.add_parser(
        "doctor",
        help="check what a live run needs, before anything is spent; an exit code for each cause",
        description="Checks what a live run needs, before anything is spent. Sends free requests alone.",
        epilog=exit_codes.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    doctor.add_argument("provider", nargs="+", help="names, folders with a provider.toml, or all")
    doctor.add_argument("--provider-url", metavar="URL", help="another address than the provider's own")
    doctor.add_argument(
        "--task-id", action="append", default=[], metavar="[CONTRACT=]ID", help="a task that must be known; repeatable"
    )
    doctor.add_argument(
        "--request-timeout", type=float, metavar="S", help="seconds that one request may take; default 30"
    )
    doctor.add_argument("--allow-http", action="store_true", help="send keys unencrypted to public addresses as well")
    doctor.add_argument(
        "--contract", action="append", default=[], metavar="NAME", help="only this contract of the provider; repeatable"
    )
    doctor.add_argument("--json", action="store_true", help="an object a line for each provider")
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from vidconform.contracts import find_provider, load_contracts, provider_names
    from vidconform.doctor.checks import diagnose
    from vidconform.run import RunOptions, check_providers, task_ids

    run = RunOptions(
        providers=options.provider,
        live=True,
        provider_url=options.provider_url,
        task_ids=options.task_id,
        request_timeout=options.request_timeout,
        allow_http=options.allow_http,
    )
    run.check()
    providers = [find_provider(name) for name in provider_names(run.providers)]
    check_providers(providers, run)
    loaded = {provider.name: load_contracts(provider) for provider in providers}
    contracts = _chosen(loaded, options.contract)
    known = task_ids(run, [contract for found in contracts.values() for contract in found])
    codes = []
    for name, found in contracts.items():
        diagnosis = diagnose(found, run, os.environ, known.get(name, {}))
        say(json.dumps(diagnosis.as_dict()) if options.json else "\n".join(diagnosis.lines()))
        codes.append(diagnosis.exit)
    return next((int(code) for code in codes if code), 0)


def _chosen(loaded: Mapping[str, list[Contract]], names: Sequence[str]) -> dict[str, list[Contract]]:
    """Return the contracts of each provider that were asked for, all where none was; raises BadOption."""
    every = [contract for found in loaded.values() for contract in found]
    known = sorted({called for contract in every for called in contract.names})
    for name in names:
        if name not in known:
            raise BadOption("--contract", name, f"one of {', '.join(known)}")
    kept = {
        provider: [contract for contract in found if not names or set(contract.names) & set(names)]
        for provider, found in loaded.items()
    }
    return {provider: found for provider, found in kept.items() if found}
