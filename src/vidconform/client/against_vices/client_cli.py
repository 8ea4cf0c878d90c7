"""The command client: which faults of a provider a client sees, and which it does not."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidconform.errors import BadOption
from vidconform.text import pluralise, say

if TYPE_CHECKING:
    from vidconform.client.against_vices.effect_table import Findings
    from vidconform.client.against_vices.experiment import Experiment
    from vidconform.emulator.vices import Vice

FAILS = 7

_EPILOG = """\
The client is told by environment variables: the address by <PROVIDER>_BASE_URL, a key that is made up by the variables
of the provider's own keys, the id of a task that exists by VIDCONFORM_TASK_ID. --env names others. It runs in a fresh
folder each time; what it prints and what it writes there is compared.

exit  what was found
   0  each fault is noticed, or changes nothing
   1  a fault goes unseen: the client is silently different, or never ends
   4  an option or the command needs mending
   7  the client fails against the faultless emulator, or does not ask it
 130  interrupted; no process is left
"""


def add_client(commands: Any) -> None:
    """Add the command to a parser's."""
    client = commands.add_parser(
        "client",
        help="run your client against each vice of a provider: which faults go unseen",
        usage="vidconform client --provider NAME [options] -- CMD...",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    client.add_argument("--provider", metavar="NAME", help="a provider's name, or a folder with a provider.toml")
    env = "a variable for the client; {url}, {key}, {task} and {task:CONTRACT} are the emulator's; repeatable"
    client.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help=env)
    vices = "only these, by name or pattern (progress-*); vidconform vices lists them"
    client.add_argument("--vices", nargs="+", action="extend", default=[], metavar="NAME", help=vices)
    client.add_argument("--jobs", type=int, metavar="N", help="clients at once; default two a core")
    patience = "seconds that a client has; default ten times what it takes without a fault, at least 10"
    client.add_argument("--timeout", type=float, metavar="S", help=patience)
    client.add_argument("--json", type=Path, metavar="FILE", help="write what was found as JSON")
    client.add_argument("--html", type=Path, metavar="FILE", help="write it as a page that needs nothing beside it")
    client.add_argument("command", nargs=argparse.REMAINDER, help="the client's command, behind --")
    client.set_defaults(run=_client)


def _client(options: argparse.Namespace) -> int:
    from vidconform.client.against_vices.client_problems import ClientFails, ClientNeverAsks
    from vidconform.client.against_vices.experiment import chosen_vices

    _check(options)
    try:
        vices = chosen_vices(options.provider, options.vices)
        found = _findings(options, _experiment(options), vices)
    except (ClientFails, ClientNeverAsks) as problem:
        say(f"vidconform: {problem}", sys.stderr)
        return FAILS
    except KeyboardInterrupt:
        raise KeyboardInterrupt("no process is left") from None
    _write(options, found)
    return 1 if found.is_blind else 0


def _check(options: argparse.Namespace) -> None:
    from vidconform.contracts import known_providers

    options.command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if options.provider is None:
        raise BadOption("--provider", None, f"a folder, or one of {', '.join(known_providers())}")
    if not options.command:
        raise BadOption("--", None, "the client's command behind it, such as -- python client.py")
    if options.jobs is not None and options.jobs < 1:
        raise BadOption("--jobs", str(options.jobs), "a number from 1")
    if options.timeout is not None and not 0 < options.timeout < float("inf"):
        raise BadOption("--timeout", str(options.timeout), "a number of seconds above 0")


def _experiment(options: argparse.Namespace) -> Experiment:
    from vidconform.client.against_vices.client_environment import templates, without_secrets
    from vidconform.client.against_vices.client_process import startable
    from vidconform.client.against_vices.client_run import Stage
    from vidconform.client.against_vices.experiment import Experiment, usual_jobs
    from vidconform.emulator import accepted_variables

    variables = accepted_variables(options.provider)
    told = templates(options.provider, variables, options.env)
    environ = without_secrets(os.environ, options.provider, variables)
    stage = Stage(options.provider, told, environ, int(time.time()))
    return Experiment(stage, startable(options.command), options.jobs or usual_jobs(), options.timeout)


def _findings(options: argparse.Namespace, experiment: Experiment, vices: list[Vice]) -> Findings:
    from vidconform.client.against_vices.effect_table import Findings

    with experiment.pool() as pool:
        baseline = experiment.baseline(pool)
        patience = experiment.patience(baseline)
        for remark in baseline.steady.remarks():
            say(f"vidconform: {remark}", sys.stderr)
        to_do = f"{pluralise(len(vices), 'vice')}, {experiment.jobs} at once, at most {patience:.3g} s each"
        say(f"vidconform: {baseline.seconds:.2g} s without a fault; now {to_do}", sys.stderr)
        effects = experiment.effects(pool, baseline, vices)
    moment, provider = experiment.stage.moment, options.provider
    return Findings(provider, tuple(options.command), moment, baseline, patience, effects)


def _write(options: argparse.Namespace, found: Findings) -> None:
    from vidconform.redaction import environment_guard, say_guarded

    guard = environment_guard()
    if options.json is not None:
        guard.write(options.json, json.dumps(found.as_dict(), indent=1, ensure_ascii=False) + "\n")
    if options.html is not None:
        from vidconform.client.against_vices.effect_page import page

        guard.write(options.html, page(found))
    say_guarded(found.as_text())
