"""Runs the suite at random against hostile vendors, and holds each run to its vendor's own count.

In the project's own folder:

    python -m tests.soak.soak --runs 200 --seed 1
    python -m tests.soak.soak --seed 1 --only 17 --keep /tmp/soak     # one of them again, and its files where it fails
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.soak.episodes import LONGEST, Episode, played
from tests.soak.plans import plan_of

KINDS = {
    "paid tasks lost": ["paid tasks lost"], "beyond the limit": ["with a limit of"], "secrets": ["away", " holds b"],
    "hangs": ["did not end", "left "], "over 300 MB": [" MB in one"], "tracebacks": ["traceback"],
    "exit codes": [": exit "], "damaged files": ["cannot be read"], "miscounted": ["the soak is wrong"],
}  # fmt: skip
"""What a broken promise is counted as, by the words of its sentence."""


def soaked(
    seed: int,
    numbers: Sequence[int],
    *,
    short: bool = False,
    lanes: int = 1,
    kept: Path | None = None,
    longest: float = LONGEST,
) -> list[Episode]:
    """Play the plans of some numbers, a few at once, and print a line for each."""

    def one(number: int) -> Episode:
        plan = plan_of(seed, number, short=short)
        episode = played(plan, kept, longest)
        print(line_of(episode), flush=True)
        return episode

    with ThreadPoolExecutor(lanes) as pool:
        return list(pool.map(one, numbers))


def line_of(episode: Episode) -> str:
    """Return what one run came to, and how it is repeated where a promise was broken."""
    plan, codes = episode.plan, ",".join(map(str, episode.codes))
    figures = f"made {episode.made}, {episode.requests} requests, {episode.peak:.0f} MB, {episode.seconds:.0f} s"
    faults = [f"     FAULT {fault}" for fault in episode.faults]
    again = [f"     python -m tests.soak.soak --seed {plan.seed} --only {plan.number}"] if faults else []
    return "\n".join([f"{plan.number:4} exit {codes:8} {figures}: {plan}", *faults, *again])


def totals(episodes: Sequence[Episode]) -> str:
    """Return the figures of all runs."""
    codes = Counter(code for episode in episodes for code in episode.codes)
    made, requests = sum(e.made for e in episodes), sum(e.requests for e in episodes)
    told = f"{len(episodes)} plans, {sum(codes.values())} runs, {made} tasks made, {requests} requests"
    broken = (f"{name} {_count(episodes, words)}" for name, words in KINDS.items())
    return "\n".join([
        f"{told}, at most {max(e.peak for e in episodes):.0f} MB in one process",
        f"exit codes: {', '.join(f'{code}: {count}' for code, count in sorted(codes.items()))}",
        ", ".join(broken),
    ])  # fmt: skip


def _count(episodes: Sequence[Episode], words: Sequence[str]) -> int:
    faults = [fault for episode in episodes for fault in episode.faults]
    return sum(any(word in fault for word in words) for fault in faults)


def main() -> int:
    """Play what the command line says, and return 1 where a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.soak")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="the number of the first run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, action="append", help="the number of one run; repeatable")
    parser.add_argument("--short", action="store_true", help="runs of a few seconds")
    parser.add_argument("--lanes", type=int, default=1, help="so many at once")
    parser.add_argument("--longest", type=float, default=LONGEST, help="seconds that a run may take; more under load")
    parser.add_argument("--keep", type=Path, help="a folder for the files of runs that break a promise")
    chosen = parser.parse_args()
    numbers = chosen.only or range(chosen.first, chosen.first + chosen.runs)
    episodes = soaked(
        chosen.seed, numbers, short=chosen.short, lanes=chosen.lanes, kept=chosen.keep, longest=chosen.longest
    )
    print(totals(episodes))
    return int(any(episode.faults for episode in episodes))


if __name__ == "__main__":
    sys.exit(main())
