"""`python -m gateways NAME==VERSION`: installs a gateway, judges and records it, and takes it down."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from gateways.description import FOLDER, Gateway, read_gateway
from gateways.enclosure import enclosed
from gateways.installation import environment_of
from vidconform.contracts import find_provider
from vidconform.errors import VidconformError
from vidconform.store import recorded_versions
from vidconform.text import say

# The same requests each time, so that two runs can be compared.
_USUAL = ("-q", "-p", "no:cacheprovider", "--poll-interval=0.2", "--fuzz-seed=1")


def main() -> int:
    """Run the command and return its exit code: pytest's own, or 1 where the verdicts are not those recorded."""
    options, more = _parser().parse_known_args()
    try:
        gateway = read_gateway(options.gateway)
        environment = environment_of(gateway, options.environment)
        return _judged(gateway, environment, options, more)
    except VidconformError as problem:
        say(f"gateways: {problem}", sys.stderr)
        return 4
    except (OSError, subprocess.CalledProcessError) as problem:
        say(f"gateways: {gateway.subject} could not be installed: {problem}", sys.stderr)
        return 4


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m gateways", description=__doc__, epilog="Other options go to pytest.")
    parser.add_argument("gateway", metavar="NAME==VERSION", help="as litellm==1.106.2")
    where = "where it is installed, or is to be; default a folder in the user's cache"
    parser.add_argument("--environment", metavar="DIR", type=Path, help=where)
    parser.add_argument("--report", metavar="DIR", type=Path, help="default gateways/results/NAME@VERSION")
    parser.add_argument("--no-record", action="store_true", help="leave the recordings as they are")
    return parser


def _judged(gateway: Gateway, environment: Path, options: argparse.Namespace, more: list[str]) -> int:
    """Judge the recordings, then the gateway itself, and say where the two differ."""
    report = (options.report or FOLDER / "results" / gateway.subject).absolute()
    shipped, live = report / "recorded", report / "live"
    provider = find_provider(gateway.name)
    is_recorded = gateway.version in recorded_versions(provider)
    if is_recorded:
        named = f"--provider={gateway.subject}"
        command = [sys.executable, "-m", "pytest", *_USUAL, named, f"--report={shipped}"]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603 - ours
    doing = "--live" if options.no_record else "--record-mode=rewrite"
    asked = [*_USUAL, f"--provider={gateway.name}", f"--subject={gateway.subject}", doing, f"--report={live}", *more]
    # What an earlier run made, behind a gateway that is gone, is nowhere any more.
    (live / "creations.jsonl").unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plan = {
            "gateway": options.gateway, "gateways": str(FOLDER), "folder": folder, "environment": str(environment),
            "variable": provider.key_variable, "pytest": asked,
        }  # fmt: skip
        command = [sys.executable, "-m", "gateways.inside", json.dumps(plan)]
        code = enclosed(command, {**os.environ, "XDG_STATE_HOME": folder})
    return code or (_difference(shipped, live) if is_recorded else 0)


def _difference(shipped: Path, live: Path) -> int:
    """Print what is not as it was recorded; return 1 where anything is not."""
    command = [sys.executable, "-m", "vidconform", "diff", str(shipped), str(live)]
    subprocess.run(command, check=False)  # noqa: S603 - ours
    told = subprocess.run([*command, "--json"], check=False, capture_output=True, text=True)  # noqa: S603 - ours
    return 1 if json.loads(told.stdout)["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
