"""Runs the tests against mutants of the judging modules: every mutant is killed, or stands in the list of survivors.

In the project's own folder:

    pip install -e '.[test,mutation]'
    python -m tests.mutation.mutate                              # all modules
    python -m tests.mutation.mutate suites/test_status.py        # some
    python -m tests.mutation.mutate --survivors                  # the listed ones alone: each still survives
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.survivors import kill_tests, survivors
from tests.support.sandbox import Sandbox, copied

SHORTEST_PATIENCE = 30


@dataclass
class Tally:
    """What a run came to: how many mutants it ran and how many survived, which it met, and what is wrong."""

    count: int = 0
    alive: int = 0
    met: set[tuple[str, ...]] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def add(self, mutant: Mutant, survives: bool, listed: set[tuple[str, ...]]) -> None:
        """Count a mutant, and say so at once when the list does not have it as it is."""
        self.met.add(mutant.key)
        self.count, self.alive = self.count + 1, self.alive + survives
        if survives != (mutant.key in listed):
            self.wrong.append(sentence(mutant, survives))
            print(self.wrong[-1], flush=True)


def judged(sandbox: Sandbox, module: str, only: set[tuple[str, ...]] | None) -> Iterator[tuple[Mutant, bool]]:
    """Yield each mutant of a module, or each that has one of some keys, with whether it survives."""
    found = mutants(module, (sandbox.folder / module).read_text("utf-8"))
    started, tests = time.monotonic(), kill_tests()[module]
    if not sandbox.passes(tests):
        sys.exit(f"{module}: its tests fail without any mutant; run pytest {' '.join(tests)}")
    patience = max(SHORTEST_PATIENCE, 5 * (time.monotonic() - started))
    for mutant in found:
        if only is None or mutant.key in only:
            yield mutant, sandbox.survives(module, mutant.source, tests, patience)


def run(modules: list[str], only_listed: bool) -> Tally:
    """Run the mutants of some modules, and print a line for each module (seconds)."""
    listed = {survivor.key for survivor in survivors() if survivor.module in modules}
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        sandbox = copied(Path(folder))
        for module in modules:
            started, count, alive = time.monotonic(), tally.count, tally.alive
            for mutant, survives in judged(sandbox, module, listed if only_listed else None):
                tally.add(mutant, survives, listed)
            told = f"{tally.count - count} mutants, {tally.alive - alive} survive"
            print(f"{module}: {told}, {time.monotonic() - started:.0f} s", flush=True)
    gone = sorted(listed - tally.met)
    tally.wrong += [f"{key[0]} {key[1]}: no mutant has {key[3]!r} for {key[2]!r}" for key in gone]
    return tally


def sentence(mutant: Mutant, survives: bool) -> str:
    """Return what is to be done about a mutant."""
    what = "survives: write a test, or list it" if survives else "is killed by now: take it off the list"
    return f"{mutant.module} {mutant.function}: {mutant.before!r} -> {mutant.after!r} {what}"


def main() -> int:
    """Return 1 where a mutant survives that is not listed, or a listed one does not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="all that modules.toml names by default")
    parser.add_argument("--survivors", action="store_true", help="run the listed survivors alone")
    asked = parser.parse_args()
    unknown = [module for module in asked.modules if module not in kill_tests()]
    if unknown:
        parser.error(f"unknown module {unknown[0]}; the ones that are mutated are {', '.join(kill_tests())}")
    with_survivors = dict.fromkeys(survivor.module for survivor in survivors())
    tally = run(asked.modules or list(with_survivors if asked.survivors else kill_tests()), asked.survivors)
    print("", *tally.wrong, f"{tally.count} mutants, {tally.alive} survive, {len(tally.wrong)} faults", sep="\n")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
