"""The command explain: what the code at the end of a message means, and all that is known of a requirement."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vidconform.errors import BadOption, UnknownErrorCode, error_kinds
from vidconform.text import say


def add_explain(commands: Any) -> None:
    """Add the command to a parser's."""
    explain = commands.add_parser("explain", help="what a code at the end of a message means, or a requirement")
    explained = "codes like VC-201, or CONTRACT REQUIREMENT; without any, every code in a line"
    explain.add_argument("what", nargs="*", help=explained)
    of_run = "the verdicts of this --report; without it those of the shipped recording"
    explain.add_argument("--run", dest="results", metavar="RUN", type=Path, help=of_run)
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> None:
    # No code has either mark, and a contract's name has one of them.
    if options.results is not None or any("/" in word or "#" in word for word in options.what):
        _explain_requirement(" ".join(options.what).replace("#", " ").split(), options.results)
        return
    kinds = error_kinds()
    for code in options.what:
        if code.upper() not in kinds:
            raise UnknownErrorCode(code)
    told = "\n\n".join(kinds[code.upper()].as_text() for code in options.what)
    say(told or "\n".join(f"{kind.code}  {kind.meaning}" for kind in kinds.values()))


def _explain_requirement(words: Sequence[str], results: Path | None) -> None:
    from vidconform.report import find_results, read_run
    from vidconform.run import requirement_lines

    if len(words) != 2:
        raise BadOption("CONTRACT REQUIREMENT", " ".join(words), "both, as vidconform list has them")
    runs = [read_run(path) for path in find_results([results])] if results is not None else []
    newest = max(runs, key=lambda run: run.started_at, default=None)
    named = "the shipped recording"
    if newest is not None:
        named = f"{newest.path.parent}, {newest.started_at:%Y-%m-%d %H:%M} UTC"
    say("\n".join(requirement_lines(words[0], words[1], None if newest is None else newest.lines, named)))
