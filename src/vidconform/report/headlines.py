"""The verdict on each provider in one line: promises broken, kept, not seen, and what the run spent on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from vidconform.report.faults import faults
from vidconform.report.terminal import is_known, is_stale
from vidconform.text import pluralise
from vidconform.verdicts import NOT_SEEN, Label

Row = Mapping[str, Any]
Spent = Mapping[str, int]

#: Beside the readings: that most of what was to be judged was not.
SELDOM = "seldom"
#: Behind what was spent on an emulator.
NOTHING_PAID = " (emulated: not the vendor, nothing paid)"


def headlines(
    rows: Sequence[Row], prices: Mapping[str, float | None], cost: Mapping[str, Spent], required: Sequence[Row] = ()
) -> list[str]:
    """Return the verdict on each provider; `prices` has every provider of the run, with USD a creation.

    `required` are the verdicts that fail the run by a contract of --require.
    """
    own = [line for name in prices for line in _of(name, rows, prices[name], cost.get(name))]
    asked = dict.fromkeys((row["contract"], row["against"]) for row in required)
    return own + [_required(pair, [r for r in required if (r["contract"], r["against"]) == pair]) for pair in asked]


def _required(pair: tuple[str, str], broken: Sequence[Row]) -> str:
    return f"{pair[0]}, as --require={pair[1]} has it: {_broken(broken)}"


def _of(provider: str, rows: Iterable[Row], price: float | None, spent: Spent | None) -> Iterator[str]:
    own = [row for row in rows if row["provider"] == provider]
    service, document = ([row for row in own if row["subject"] == s] for s in ("service", "document"))
    told = ", ".join(words for _, words in judged(service))
    whose = NOTHING_PAID if is_emulated(service) else ""
    yield f"{provider}: {told or 'nothing was judged'}; {spent_in_words(spent, price)}{whose}"
    if document:
        yield f"{provider}, its documents by themselves: {', '.join(judged_documents(document))}"


def judged(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Return how many promises were kept and how many were not, in words, each with the reading that it counts.

    Empty where nothing was judged; `known` and `stale` are what a deviations.toml lists, `seldom` that little was seen.
    """
    counts = Counter(_word(row) for row in rows)
    decided = len(rows) - sum(counts[label] for label in (Label.INCONCLUSIVE, *NOT_SEEN))
    if rows and not decided and counts[Label.INCONCLUSIVE]:
        causes = Counter(row["received"] for row in rows if row["reading"] == Label.INCONCLUSIVE)
        told = f"no verdict: none of its {pluralise(len(rows), 'promise')} could be judged"
        return [(Label.INCONCLUSIVE, f"{told} ({causes.most_common(1)[0][0]})")]
    broken = [row for row in rows if _word(row) == "broken"]
    # Few promises seen and none broken must not read like a pass.
    seldom = (
        [(SELDOM, f"only {decided} of {pluralise(len(rows), 'promise')} judged")] if 2 * decided < len(rows) else []
    )
    return [*seldom, (Label.FAILS, _broken(broken)), *_more(counts)] if rows else []


def _broken(rows: Sequence[Row]) -> str:
    """Say how many promises are broken, and by how many faults where those are fewer."""
    number = len(faults(rows))
    by = f" by {pluralise(number, 'fault')}" if number < len(rows) else ""
    return f"{pluralise(len(rows), 'promise')} broken{by}"


def _more(counts: Counter[str]) -> Iterator[tuple[str, str]]:
    yield Label.CONFORMS, f"{counts[Label.CONFORMS]} kept"
    deviating = "deviates" if counts[Label.DEVIATES] == 1 else "deviate"
    shown = {
        Label.DEVIATES: deviating, "known": "known to deviate", "stale": "listed as deviating but kept",
        Label.NOT_OFFERED: "not offered", Label.INCONCLUSIVE: "not decided", Label.ERRORED: "our own errors",
    }  # fmt: skip
    yield from ((word, f"{counts[word]} {told}") for word, told in shown.items() if counts[word])
    yield Label.UNSEEN, f"{sum(counts[label] for label in NOT_SEEN)} not seen"


def _word(row: Row) -> str:
    if is_known(row) or is_stale(row):
        return "known" if is_known(row) else "stale"
    return "broken" if row["reading"] == Label.FAILS else str(row["reading"])


def judged_documents(rows: Sequence[Row]) -> Iterator[str]:
    """Yield how often documents contradict themselves, and what their own examples keep."""
    counts = Counter(_word(row) for row in rows)
    contradictions = sum(row["reading"] == Label.CONTRADICTS for row in rows)
    known = f" ({counts['known']} known)" if counts["known"] else ""
    yield f"{pluralise(contradictions, 'contradiction')}{known}"
    yield f"{counts[Label.CONFORMS]} kept by their own examples"


def spent_in_words(spent: Spent | None, price: float | None) -> str:
    """Return what was sent to a provider, and what it cost where its price is known; None is what nobody has told."""
    if spent is None:
        return "nobody knows what was sent"
    if not spent["requests"]:
        return "sent nothing"
    creations = spent["creations"]
    # As text first: 0.4 as a float is no 0.40 USD.
    money = "" if price is None or not creations else f", ${Decimal(str(price)) * Decimal(creations):.2f}"
    return f"sent {pluralise(spent['requests'], 'request')}, {pluralise(creations, 'creation')}{money}"


def sent(cost: Mapping[str, Spent]) -> list[str]:
    """Return what was sent, in one line for programs that look for it."""
    told = [
        f"{name} {pluralise(spent['requests'], 'request')} and {pluralise(spent['creations'], 'creation')}"
        for name, spent in cost.items() if spent["requests"]
    ]  # fmt: skip
    return [f"sent: {', '.join(told)}"] if told else []


def is_emulated(rows: Iterable[Row]) -> bool:
    """Whether none of what was judged is the vendor's."""
    return {place["origin"] for row in rows for place in row["evidence"]} == {"emulated"}
