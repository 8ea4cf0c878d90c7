"""The commands of the proof: list the vices of a provider, and hold them against every requirement."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from vidconform.text import say


def add_proof(commands: Any) -> None:
    """Add the commands to a parser's."""
    vices = commands.add_parser("vices", help="the faults with which the emulator of a provider can be served")
    vices.add_argument("provider", help="a provider's name or folder")
    vices.add_argument("--json", action="store_true", help="one array of vices")
    vices.set_defaults(run=_vices)
    proof = commands.add_parser("proof", help="hold every vice against every requirement; exit code 1 if one escapes")
    proof.add_argument("provider", nargs="*", help="only these: names, folders, or all")
    proof.add_argument("-o", dest="file", metavar="FILE", type=Path, help="write the score as JSON")
    proof.set_defaults(run=_proof)


def _vices(options: argparse.Namespace) -> None:
    from vidconform.emulator.vices import vices_of

    vices = vices_of(options.provider)
    if options.json:
        say(json.dumps([vice.as_dict() for vice in vices], indent=2, ensure_ascii=True))
        return
    longest = max(len(vice.name) for vice in vices)
    allowed = {True: " No document forbids it.", False: ""}
    say("\n".join(f"{vice.name:<{longest}}  {vice.sentence}{allowed[vice.allowed]}" for vice in vices))


def _proof(options: argparse.Namespace) -> int:
    from vidconform.contracts import provider_names
    from vidconform.proof.matrix import run_matrix
    from vidconform.proof.score import score
    from vidconform.proof.score_summary import summary, why_incomplete
    from vidconform.redaction import environment_guard

    found = score(run_matrix(provider_names(options.provider)))
    if options.file is not None:
        environment_guard().write(options.file, json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    say(summary(found))
    return 1 if any(why_incomplete(found)) else 0
