"""The commands that judge kept evidence again: rejudge, bundle and verify."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidconform.errors import INCOMPLETE
from vidconform.text import pluralise, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vidconform.catalogue.nights import JudgedAnew

_PROVIDER = "a provider's name, or its folder where it is not one of the project's; repeatable"
_OR_URL = "a folder of such, or the URL of one: s3://BUCKET/FOLDER"
_LONGEST = 1e6
_PATIENCE = "with --on: seconds after which a worker that still judges one night is ended; default 300"


def add_catalogue(commands: Any) -> None:
    """Add the commands to a parser's."""
    again = commands.add_parser("rejudge", help="judge a history of runs by today's contracts and laws: what moved")
    again.add_argument("nights", nargs="+", metavar="NIGHTS", help=f"a folder of --report, a bundle, {_OR_URL}")
    again.add_argument("-o", "--output", required=True, metavar="OUT", help="the folder of the new results, or its URL")
    again.add_argument("--provider", action="append", default=[], metavar="NAME", help=_PROVIDER)
    again.add_argument("--jobs", type=int, metavar="N", help="processes; default one a core, two with --on=dask")
    again.add_argument("--on", metavar="ENGINE", help="dask, or the address of its scheduler: tcp://HOST:PORT")
    again.add_argument("--night-timeout", type=float, default=300.0, metavar="S", help=_PATIENCE)
    again.add_argument("--json", action="store_true", help="one object instead of text")
    again.set_defaults(run=_rejudge)
    bundle = commands.add_parser("bundle", help="pack the evidence of a run, without secrets, for others to judge")
    bundle.add_argument("folder", type=Path, metavar="RUN", help="the folder of a run's --report")
    bundle.add_argument("-o", "--output", required=True, type=Path, metavar="X.vidconform", help="the file to write")
    bundle.set_defaults(run=_bundle)
    verify = commands.add_parser(
        "verify", help="check a bundle and judge it again; exit code 1 where it claims otherwise, 4 where it is refused"
    )
    verify.add_argument("bundle", metavar="X.vidconform", help="what vidconform bundle wrote")
    verify.add_argument("--provider", action="append", default=[], metavar="NAME", help=_PROVIDER)
    verify.set_defaults(run=_verify)


def _rejudge(options: argparse.Namespace) -> int:
    from vidconform.catalogue.moves import by_kind, table
    from vidconform.catalogue.nights import dated

    try:
        judged = list(_judged(options))
    except KeyboardInterrupt:
        kept = f"what was judged is kept in {options.output}, and the same call judges the rest"
        raise KeyboardInterrupt(kept) from None
    problems, kinds = [one.problem for one in judged if one.problem], by_kind(dated(judged))
    new = sum(one.is_new for one in judged)
    told = {"runs": len(judged), "judged": new, "unchanged": len(judged) - new - len(problems)}
    told["exchanges"] = sum(one.exchanges for one in judged)
    if options.json:
        moved = [{**asdict(kind.move), "runs": kind.runs} for kind in kinds]
        say(json.dumps({"format": "vidconform/moves@1", **told, "moved": moved, "problems": problems}, indent=2))
    else:
        runs = f"{pluralise(len(judged), 'run')}, {pluralise(told['exchanges'], 'exchange')}"
        say(f"{options.output}: {runs}; {new} judged again, {told['unchanged']} as before")
        say("\n".join([*table(kinds), *(f"not judged: {problem}" for problem in problems)]))
    return INCOMPLETE if problems else 0


def _judged(options: argparse.Namespace) -> Iterator[JudgedAnew]:
    """Yield what becomes of each night, on this machine or on an engine; raises UsageProblem."""
    from vidconform.catalogue.earlier_runs import find_nights
    from vidconform.catalogue.engine import judge_on
    from vidconform.catalogue.nights import judge_nights
    from vidconform.catalogue.object_storage import hold, place
    from vidconform.errors import BadOption
    from vidconform.ledger import hold_folder

    for option, value in (("--jobs", options.jobs), ("--night-timeout", options.night_timeout)):
        if value is not None and not 1 <= value < _LONGEST:
            raise BadOption(option, str(value), "1 or more")
    output = place(options.output, "-o")
    nights = find_nights([place(one, "NIGHTS") for one in options.nights], output)
    with hold(output, "-o") if isinstance(output, str) else hold_folder(output, "-o"):
        if options.on is not None:
            yield from judge_on(options.on, nights, options.provider, options.jobs, options.night_timeout)
        else:
            yield from judge_nights(nights, options.provider, options.jobs or os.cpu_count() or 1)


def _bundle(options: argparse.Namespace) -> None:
    from vidconform.catalogue.packing import write_bundle

    manifest = write_bundle(options.folder, options.output)
    asked = ", ".join(one["provider"] for one in manifest["providers"])
    say(f"{options.output}: {asked}, {pluralise(manifest['exchanges'], 'exchange')}; vidconform verify judges it again")


def _verify(options: argparse.Namespace) -> int:
    from vidconform.catalogue.checking import check_bundle
    from vidconform.catalogue.judged_again import Rejudging
    from vidconform.catalogue.object_storage import place

    checked = check_bundle(place(options.bundle, "X.vidconform"), Rejudging(options.provider, os.environ))
    say("\n".join(checked.lines()))
    say("what it claims is not what it comes to here" if checked.unlike else "what it claims is what it comes to here")
    return 1 if checked.unlike else 0
