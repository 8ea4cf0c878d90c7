"""The command line, for what is not a test run."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from vidconform import __version__
from vidconform.errors import VidconformError

_USAGE = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what the user can mend is one sentence and exit code 4."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except (VidconformError, OSError, ValueError) as problem:
        print(f"vidconform: {problem}", file=sys.stderr)
        return _USAGE
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("vidconform", description="Conformance of video-task APIs with their own documents.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="providers, contracts and requirements")
    listing.add_argument("provider", nargs="*", help="only these providers")
    listing.add_argument("--json", action="store_true", help="one array of requirements")
    listing.set_defaults(run=_list)
    serving = commands.add_parser("serve", help="serve the emulator of a provider; its URL is printed first")
    serving.add_argument("provider", help="a provider's name")
    serving.add_argument("--port", type=int, default=0, help="the port; 0 takes a free one")
    serving.add_argument("--host", default="127.0.0.1", help="the address to bind")
    serving.add_argument("--step-seconds", type=float, help="advance tasks by time, one step in so many seconds")
    serving.set_defaults(run=_serve)
    return parser


def _list(options: argparse.Namespace) -> int:
    from vidconform.contracts import find_provider, known_providers, load_contracts
    from vidconform.verdicts import describe

    contracts = [c for name in options.provider or known_providers() for c in load_contracts(find_provider(name))]
    rows = [row for contract in contracts for row in describe(contract)]
    if options.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return 0
    for contract in contracts:
        print(f"\n{contract.id}  {contract.provider.base_url}")
        for row in (row for row in rows if row["contract"] == contract.id):
            bound = ", ".join(row["bound"]) or f"untestable: {row['untestable']}"
            print(f"  {row['level']:<6} {row['requirement']:<44} {row['statement']}\n{'':<9}{row['source']} | {bound}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    from vidconform.emulator import Options, serve

    choices = Options() if options.step_seconds is None else Options(advance="second", step_seconds=options.step_seconds)
    return serve(options.provider, port=options.port, host=options.host, options=choices)
