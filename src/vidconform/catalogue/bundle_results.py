"""Bundles among the runs of a report: judged again, so that a catalogue never shows what a bundle merely claims."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from vidconform.report import find_results
from vidconform.text import pluralise, say


@contextmanager
def judged_bundles(given: Sequence[str]) -> Iterator[list[Path]]:
    """Give the results of some runs and bundles, or folders of them: a bundle's are those of judging it here."""
    bundles, others = _bundles(given)
    runs = find_results(others) if others else []
    with TemporaryDirectory() as folder:
        yield [*runs, *_judged(bundles, Path(folder))]


def _bundles(given: Sequence[str]) -> tuple[list[Path], list[str]]:
    """Return the bundles, and what else was given; a folder may hold bundles, runs or both."""
    from vidconform.catalogue.bundle_files import SUFFIX

    bundles, others = list[Path](), list[str]()
    for one in map(Path, given):
        found = sorted(one.rglob(f"*{SUFFIX}")) if one.is_dir() else [one] if one.suffix == SUFFIX else []
        bundles += found
        if not found or (one.is_dir() and any(one.rglob("results.jsonl"))):
            others.append(str(one))
    return bundles, others


def _judged(bundles: Iterable[Path], folder: Path) -> Iterator[Path]:
    rejudging = None
    for number, bundle in enumerate(bundles):
        # A report of runs alone loads nothing that judges.
        from vidconform.catalogue.checking import check_bundle
        from vidconform.catalogue.judged_again import Rejudging

        rejudging = rejudging or Rejudging([], os.environ)
        checked = check_bundle(bundle, rejudging, folder / str(number))
        if checked.unlike:
            say(f"{bundle}: {pluralise(len(checked.unlike), 'claim')} not as judged here; vidconform verify tells them")
        yield folder / str(number) / "results.jsonl"
