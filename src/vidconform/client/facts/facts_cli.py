"""The command that tells what an adapter must know of a provider."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any


def add_facts(commands: Any) -> None:
    """Add the command to a parser's."""
    facts = commands.add_parser("facts", help="what an adapter needs of each contract: paths, places, words, units")
    facts.add_argument("provider", help="a provider's name or folder")
    facts.add_argument("--json", action="store_true", help="one object of the format vidconform/facts@1")
    facts.add_argument("--python", action="store_true", help="a typed module of constants")
    evidence = "a results.jsonl, or a folder with one, to hold them against instead of the recordings"
    facts.add_argument("--run", dest="kept", metavar="RESULTS", type=Path, help=evidence)
    facts.set_defaults(run=_facts)


def _facts(options: argparse.Namespace) -> None:
    from vidconform.errors import BadOption
    from vidconform.redaction import say_guarded

    if options.json and options.python:
        raise BadOption("--python", None, "one of --json and --python, not both")
    document = provider_facts(options.provider, options.kept)
    if options.python:
        from vidconform.client.facts.python_module import python_module

        say_guarded(python_module(document))
    elif options.json:
        say_guarded(json.dumps(document, indent=2, ensure_ascii=True))
    else:
        from vidconform.client.facts.facts_page import page_lines

        say_guarded("\n".join(page_lines(document)))


def provider_facts(provider: str, kept: Path | None = None) -> dict[str, Any]:
    """Return the facts of a provider, by name or folder, held against its recordings or a run that was kept."""
    from vidconform.client.facts.facts_document import facts_document
    from vidconform.client.facts.judged_evidence import kept_run, recorded
    from vidconform.contracts import provider_names
    from vidconform.errors import BadOption
    from vidconform.run import contracts_named

    if len(provider_names([provider])) != 1:
        raise BadOption("PROVIDER", provider, "one provider, by its name or folder")
    contracts = contracts_named([provider])
    judged = recorded(provider) if kept is None else kept_run(kept, contracts[0].provider.name)
    return facts_document(contracts, judged)
