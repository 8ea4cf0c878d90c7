"""What one run of the soak does, drawn from a seed and a number: the same again for the same two."""

from __future__ import annotations

import random
import signal
from dataclasses import dataclass
from importlib.util import find_spec

import pytest

from vidconform.emulator.vices import vices_of

# The others offer no creation, and are there for their keys.
PROVIDERS = (*["octopusx"] * 9, "gptge", "opeai", "chainhub")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
# Whole suites of one contract take longer than a soak of many runs has; what is paid for is always among these.
SELECTED = (*["creation or remix or status or refus"] * 3, *["creation or remix or status"] * 3, "")
SHORT = "creation or remix or status"
SECONDS = (0.02, 0.1, 0.3)
PLUGINS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("xdist", ("-n2",)),
    ("pytest_rerunfailures", ("--reruns=1",)),
    ("pytest_repeat", ("--count=2",)),
    ("pytest_randomly", ()),
    ("pytest_timeout", ("--timeout=3",)),
    ("pytest_flakefinder", ("--flake-finder", "--flake-runs=2")),
    ("pytest_forked", ("--forked",)),
)
"""A plugin of pytest as it is loaded, and what is passed with it."""


@dataclass(frozen=True)
class Signal:
    """A signal `after` seconds from the first request, or from the first paid task; to the `whole` group or not."""

    number: signal.Signals
    after: float
    once_paid: bool
    whole: bool


@dataclass(frozen=True)
class RunPlan:
    """One run: a vendor, what is wrong with it and with the way to it, and how pytest is started and ended.

    `together` is `""`, or what a second run at the same time shares with the first one: `state` or `report`.
    """

    seed: int
    number: int
    provider: str
    is_emulated: bool
    vice: str | None
    step: float | None
    trouble: float
    paid_trouble: float
    echo: float
    max_creations: int
    words: tuple[str, ...]
    plugins: tuple[str, ...]
    knows: bool
    reports: bool
    records: bool
    together: str
    signal: Signal | None
    resumes: bool

    def drawn(self, of: object) -> random.Random:
        """Return what draws for one purpose of this run, whatever is drawn for others."""
        return random.Random(f"{self.seed}-{self.number}-{of}")

    def __str__(self) -> str:
        vendor = f"{self.provider} {'emulated' if self.is_emulated else 'of a few lines'} {self.vice or ''}"
        ended = "" if self.signal is None else f"{self.signal.number.name} "
        shared = f"two in one {self.together} " if self.together else ""
        return f"{vendor}, {ended}{shared}{'--resume ' if self.resumes else ''}{' '.join(self.words)}"


def plan_of(seed: int, number: int, *, short: bool = False) -> RunPlan:
    """Return the run of a number; a `short` one draws no requests and runs few tests."""
    drawn = random.Random(f"{seed}-{number}")
    provider = drawn.choice(PROVIDERS)
    is_emulated = provider != "octopusx" or drawn.random() < 0.75
    vice = drawn.choice([None, *(one.name for one in vices_of(provider))]) if drawn.random() < 0.7 else None
    plugins, passed = _plugins(drawn)
    ended = _signal(drawn) if drawn.random() < 0.45 else None
    together = drawn.choice(("state", "report")) if drawn.random() < 0.25 else ""
    words, most = _words(drawn, provider, is_emulated, short), drawn.choice((0, 1, 1, 2, 2, 3, 4))
    return RunPlan(
        seed, number, provider, is_emulated, vice if is_emulated else None,
        step=drawn.choice((None, *SECONDS)),
        trouble=drawn.choice((0, 0, 0.02, 0.05, 0.2)), paid_trouble=drawn.choice((0, 0, 0.3, 1)),
        echo=drawn.choice((0, 0, 0.1, 0.4)), max_creations=most,
        words=(*words, *passed, f"--max-creations={most}"), plugins=plugins,
        knows=provider != "octopusx" or drawn.random() < 0.3,
        reports=together == "report" or drawn.random() < 0.6, records=drawn.random() < 0.1,
        together=together, signal=ended,
        resumes=drawn.random() < (0.8 if ended else 0.3),
    )  # fmt: skip


def _signal(drawn: random.Random) -> Signal:
    once_paid = drawn.random() < 0.6
    after = drawn.uniform(0, 0.4 if once_paid else 4)
    return Signal(drawn.choice(SIGNALS), after, once_paid, whole=drawn.random() < 0.4)


def _plugins(drawn: random.Random) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return up to two plugins that are installed, and the words for them."""
    chosen = drawn.sample(PLUGINS, drawn.choice((0, 0, 1, 1, 2)))
    # pytest-forked cannot hand over the reports of pytest 9.1 and later, and does not go together with timers.
    is_forked = any(name == "pytest_forked" for name, _ in chosen)
    chosen = [one for one in chosen if not is_forked or one[0] == "pytest_forked"]
    usable = [one for one in chosen if find_spec(one[0].partition(".")[0]) and _bears(one[0])]
    return tuple(name for name, _ in usable), tuple(word for _, words in usable for word in words)


def _bears(plugin: str) -> bool:
    return plugin != "pytest_forked" or pytest.version_tuple < (9, 1)


def _words(drawn: random.Random, provider: str, is_emulated: bool, short: bool) -> tuple[str, ...]:
    """Return the words of the command line beside those of plugins, as the suites of one provider take them."""
    selected = SHORT if short else drawn.choice(SELECTED)
    about = f"{provider}/videos" if not is_emulated or drawn.random() < 0.75 else ""
    told = " and ".join(part for part in (about, f"({selected})" if selected else "") if part)
    fuzz = 0 if short else drawn.choice((0, 0, 4, 25))
    more = drawn.choice(((), ("-l", "--full-trace"), ("--junit-xml=junit.xml",), ("-v", "-rA")))
    return ("-k", told or "not nothing", f"--fuzz={fuzz}", f"--fuzz-seed={drawn.randrange(100)}", *more)
