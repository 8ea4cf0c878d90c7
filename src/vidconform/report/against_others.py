"""What a run says of clients that were written for another contract: a matrix, and where such a client breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from vidconform.contracts import grouped
from vidconform.report.terminal import found_in
from vidconform.text import pluralise
from vidconform.verdicts import NOT_SEEN, Label, Outcome

Row = Mapping[str, Any]
Pair = tuple[str, str]
AnyRow = TypeVar("AnyRow", bound=Row)

_SHOWN = (Label.FAILS, Label.DEVIATES, Label.NOT_OFFERED, Label.INCONCLUSIVE, Label.ERRORED)
_MOST_TOLD = 3


def by_pair(rows: Iterable[AnyRow]) -> dict[Pair, list[AnyRow]]:
    """Return verdicts by the contract that was asked and the one that a client was written for."""
    return grouped(rows, lambda row: (row["contract"], row["against"]))


def tally(rows: Iterable[Row]) -> str:
    """Return how a client would fare, as numbers with the letters of their readings."""
    counts = Counter(row["reading"] for row in rows)
    told = [f"{counts[label]}{label.letter}" for label in _SHOWN if counts[label]]
    is_seen = any(count for reading, count in counts.items() if reading not in NOT_SEEN)
    return " ".join(told) or ("ok" if is_seen else "-")


def against_others(rows: Sequence[Row]) -> list[str]:
    """Return the matrix of a run's verdicts by other contracts; of a few pairs in words as well."""
    if not rows:
        return []
    pairs = by_pair(rows)
    words = [line for pair, found in pairs.items() for line in _in_words(pair, found)]
    more = ["where a client breaks, in words: --report=DIR, or fewer contracts with --against"]
    return ["", *_matrix(pairs), "", *(words if len(pairs) <= _MOST_TOLD else more)]


def _matrix(pairs: Mapping[Pair, list[Row]]) -> Iterator[str]:
    asked, written = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
    cells = {pair: tally(rows) for pair, rows in pairs.items()}
    first, width = max(map(len, ["talking to", *asked])), max(map(len, cells.values())) + 2
    letters = ", ".join(f"{label.letter} {label}" for label in _SHOWN)
    yield f"clients written for other contracts ({letters}; ok none of these, - nothing seen):"
    yield from (f"  [{number}] a client written for {name}" for number, name in enumerate(written, 1))
    yield f"{'talking to':<{first}}" + "".join(f"{f'[{number}]':>{width}}" for number, _ in enumerate(written, 1))
    for one in asked:
        yield f"{one:<{first}}" + "".join(f"{cells.get((one, name), '-'):>{width}}" for name in written)


def _in_words(pair: Pair, rows: Sequence[Row]) -> Iterator[str]:
    unmet = [row for row in rows if row["outcome"] == Outcome.UNMET]
    yield f"a client written for {pair[1]}, talking to {pair[0]}: {_verdict(unmet, rows)}"
    # What fails the run is told in full below.
    brief = [row for row in unmet if not row["failing"]]
    yield from (f"  {row['reading']}  {row['requirement']}  [{row['level']}]: {found_in(row)}" for row in brief)
    yield from (f"  {word}  {sentence}" for word, sentence in dict.fromkeys(asked_otherwise(rows)))


def asked_otherwise(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Yield what the other contract's client would ask for otherwise, and for what this service has no operation."""
    for row in rows:
        if row["reading"] == Label.NOT_OFFERED and row["outcome"] == Outcome.UNSEEN:
            yield "not offered ", row["expected"]
        elif row.get("asked_otherwise"):
            yield "asked otherwise ", row["expected"]


def _verdict(unmet: Sequence[Row], rows: Iterable[Row]) -> str:
    met = sum(row["outcome"] == Outcome.MET for row in rows)
    if not unmet:
        return f"it meets nothing that it does not expect, in {pluralise(met, 'statement')} that were seen"
    return f"it meets otherwise {pluralise(len(unmet), 'statement')} of {met + len(unmet)} that were seen"
