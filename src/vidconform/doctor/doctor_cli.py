"""The command doctor: what stands in the way of a live run, before anything is spent."""

from __future__ import annotations

import argparse
import json
import os
from typing import Any

from vidconform.doctor import exit_codes
from vidconform.text import say


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
    )
    run.check()
    providers = [find_provider(name) for name in provider_names(run.providers)]
    check_providers(providers, run)
    contracts = {provider.name: load_contracts(provider) for provider in providers}
    known = task_ids(run, [contract for found in contracts.values() for contract in found])
    codes = []
    for name, found in contracts.items():
        diagnosis = diagnose(found, run, os.environ, known.get(name, {}))
        say(json.dumps(diagnosis.as_dict()) if options.json else "\n".join(diagnosis.lines()))
        codes.append(diagnosis.exit)
    return next((int(code) for code in codes if code), 0)
