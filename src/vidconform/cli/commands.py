"""Every command: a line or two here, and one module in its room."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from vidconform import __version__
from vidconform.catalogue import add_catalogue, judged_bundles
from vidconform.client.against_vices import add_client
from vidconform.client.facts import add_facts
from vidconform.doctor import add_doctor, add_explain
from vidconform.errors import BadOption
from vidconform.proof import add_proof
from vidconform.report import add_report
from vidconform.text import say

if TYPE_CHECKING:
    from vidconform.contracts import Contract

USAGE = 4
"""The exit code of what the user can mend, as of pytest."""


class _CommandLine(argparse.ArgumentParser):
    """Arguments of a command; wrong ones end it with the exit code that wrong options of a run have."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def command_line() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _CommandLine("vidconform", description="Do video-task APIs keep their own documents?")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="providers, contracts and requirements")
    listing.add_argument("provider", nargs="*", help="only these: names, folders with a provider.toml, or all")
    listing.add_argument("--json", action="store_true", help="one array of requirements")
    listing.add_argument("--documents", metavar="DIR", type=Path, help="the documents, to be held to what was read")
    listing.add_argument("--formats", action="store_true", help="the folder of the JSON Schemas of such files")
    listing.set_defaults(run=_list)
    serving = commands.add_parser("serve", help="serve the emulator of a provider; its URL is printed first")
    serving.add_argument("provider", help="a provider's name")
    serving.add_argument("--port", type=int, default=0, help="the port; 0 takes a free one")
    serving.add_argument("--host", default="127.0.0.1", help="the address to bind")
    serving.add_argument("--step-seconds", type=float, help="advance tasks by time, one step in so many seconds")
    vices = "serve it with this fault; repeatable; vidconform vices lists them"
    serving.add_argument("--vice", metavar="NAME", action="append", default=[], help=vices)
    serving.set_defaults(run=_serve)
    beginning = commands.add_parser(
        "new", help="begin the folder of a provider, from its OpenAPI document if it has one"
    )
    beginning.add_argument("provider", help="its name: small letters, digits and hyphens")
    source = "an OpenAPI 3.0 or 3.1 document (YAML or JSON) to take operations and schemas from"
    beginning.add_argument("--from", dest="source", metavar="FILE", type=Path, help=source)
    beginning.add_argument("-o", "--output", metavar="FOLDER", type=Path, help="the folder to make; default PROVIDER")
    beginning.set_defaults(run=_new)
    laws = commands.add_parser("laws", help="the ids that laws decide, and what each law looks at")
    laws.add_argument("--json", action="store_true", help="one array of laws")
    laws.set_defaults(run=_laws)
    _add_completion(commands)
    add_explain(commands)
    add_report(commands, judged_bundles)
    add_catalogue(commands)
    add_proof(commands)
    add_doctor(commands)
    add_client(commands)
    add_facts(commands)
    return parser


def _add_completion(commands: Any) -> None:
    completing = commands.add_parser("completion", help="what a shell needs to complete commands and options")
    completing.add_argument("shell", choices=("bash", "zsh", "fish"), help="for instance: vidconform completion bash")
    completing.set_defaults(run=_completion)


def _list(options: argparse.Namespace) -> None:
    from vidconform.contracts import format_files
    from vidconform.run import contracts_named, describe

    if options.formats:
        say(str(format_files()[0].parent))
        return
    contracts = contracts_named(options.provider)
    for sentence in _other_editions(contracts, options.documents):
        say(f"vidconform: {sentence}", sys.stderr)
    if options.json:
        say(json.dumps([row for contract in contracts for row in describe(contract)], indent=2, ensure_ascii=True))
        return
    for contract in contracts:
        rows = describe(contract)
        say(f"{contract.id}  {contract.provider.base_url}  {len(rows)} requirements")
        say("  " + ", ".join(f"{name} {value}" for name, value in contract.edition.as_dict().items()))
        say("\n".join(map(_listed, rows)) + "\n")


def _other_editions(contracts: Sequence[Contract], documents: Path | None) -> Iterator[str]:
    """Yield a sentence for each document that is not the text its contract was made from."""
    if documents is not None and not documents.is_dir():
        raise BadOption("--documents", str(documents), "a folder")
    for contract in contracts:
        path = contract.edition.path(documents or contract.provider.folder / "documents")
        if path is not None and path.exists():
            difference = contract.edition.difference(path)
            if difference is not None:
                yield f"{contract.id}: {difference}"
        elif path is not None and documents is not None:
            yield f"{contract.id}: {path} is not there, so that nothing is known of its edition"


def _listed(row: Mapping[str, Any]) -> str:
    bound = ", ".join(row["bound"]) or f"untestable: {row['untestable']}"
    refuted = row.get("refuted")
    seen = f"\n{'':<9}refuted by observation on {refuted['date']}: {refuted['observed']}" if refuted else ""
    return f"  {row['level']:<6} {row['requirement']:<44} {row['statement']}\n{'':<9}{row['source']} | {bound}{seen}"


def _new(options: argparse.Namespace) -> None:
    from vidconform.run import begin_folder

    folder = options.output or Path(options.provider)
    for sentence in begin_folder(options.provider, options.source, folder):
        say(sentence)
    say(f"{folder}: written; its comments say what to fill in. Look at it with vidconform list {folder}/")


def _laws(options: argparse.Namespace) -> None:
    from vidconform.run import describe_laws, law_lines

    laws = describe_laws()
    told = (line for law in laws for line in law_lines(law))
    say(json.dumps(laws, indent=2, ensure_ascii=True) if options.json else "\n".join(told))


def _completion(options: argparse.Namespace) -> None:
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError as error:
        raise BadOption("completion", options.shell, "the extra: pip install 'vidconform[completion]'") from error
    # The same extra completes pytest's options, ours among them: pytest looks for it itself.
    say(shellcode(["vidconform", "pytest"], shell=options.shell))


def _serve(options: argparse.Namespace) -> None:
    from vidconform.emulator import EmulatorOptions, serve

    seconds = options.step_seconds
    choices = EmulatorOptions() if seconds is None else EmulatorOptions(advance="second", step_seconds=seconds)
    if options.vice:
        from vidconform.emulator.vices import find_vice

        for name in dict.fromkeys(options.vice):
            choices = find_vice(options.provider, name).applied(choices)
    serve(options.provider, port=options.port, host=options.host, options=choices)
