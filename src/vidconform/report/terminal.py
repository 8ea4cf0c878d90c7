"""What a run says at its end: a table a contract, then what fails, deviates or contradicts itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vidconform.text import pluralise
from vidconform.verdicts import BY_COLUMN, NOT_SEEN, Label, Outcome

Lines = list[str]
Row = Mapping[str, Any]

_MOST_NAMED = 3
_LESSER = (Label.DEVIATES, Label.CONTRADICTS)
_ALWAYS = (Label.CONFORMS, Label.FAILS, Label.DEVIATES)
# Between them what somebody listed: a document's contradictions are counted nowhere here.
_COLUMNS = (*_ALWAYS, "known", "stale", *(label for label in BY_COLUMN if label not in _ALWAYS))


def table(verdicts: Sequence[Row]) -> Lines:
    """Return the numbers of each contract's service verdicts; a document's contradictions have a line of their own."""
    contracts = sorted({row["contract"] for row in verdicts})
    service = [row for row in verdicts if row["subject"] == "service"]
    counts = {c: Counter(_column(row) for row in service if row["contract"] == c) for c in contracts}
    shown = [column for column in _COLUMNS if column in _ALWAYS or any(n[column] for n in counts.values())]
    width = max([len(contract) for contract in contracts], default=0)
    head = " " * width + "".join(f"{column:>14}" for column in shown)
    return [head, *(f"{c:<{width}}" + "".join(f"{counts[c][column]:>14}" for column in shown) for c in contracts)]


def _column(row: Row) -> str:
    """What somebody expects is told apart from what is new."""
    return "known" if is_expected(row) else "stale" if is_stale(row) else str(row["reading"])


def is_expected(row: Row) -> bool:
    """Whether a known deviation deviates as it is known to."""
    states = ("expected", "refuted") if row["outcome"] == Outcome.UNMET else ()
    return bool(row.get("deviation")) and row["deviation"]["state"] in states


def is_stale(row: Row) -> bool:
    """Whether a known deviation no longer deviates."""
    return bool(row.get("deviation")) and row["deviation"]["state"] == "stale"


def known(deviation: Row) -> str:
    """Return what an entry of a deviations.toml says of a verdict."""
    if deviation["state"] == "stale":
        listed = f"{deviation.get('file', 'deviations.toml')} lists this as deviating since {deviation['since']}"
        return f"stale: {listed}, and it is met now; remove the entry"
    if deviation["state"] == "refuted":
        return f"refuted by observation on {deviation['since']}: {deviation['reason']}"
    ticket = f", {deviation['ticket']}" if "ticket" in deviation else ""
    until = f" until {deviation['expires']}" if "expires" in deviation else ""
    word = "known" if deviation["state"] == "expected" else "was known"
    return f"{word} since {deviation['since']}{until}: {deviation['reason']}{ticket}"


def origins(verdicts: Iterable[Row]) -> Lines:
    """Return where the evidence comes from, by contract."""
    found: dict[str, Counter[str]] = {}
    for row in verdicts:
        for pointer in row["evidence"] if row["subject"] == "service" else []:
            found.setdefault(row["contract"], Counter())[pointer["origin"]] += 1
    return [f"{contract}: evidence {', '.join(sorted(counts))}" for contract, counts in sorted(found.items())]


def failure(row: Row) -> Lines:
    """Return a verdict in full: requirement, statement, place, Expected and Received, request."""
    subject = " (the document itself)" if row["subject"] == "document" else ""
    word = "STALE" if is_stale(row) else row["reading"].upper()
    return [
        f"{word}  {row['contract']}  {row['requirement']}  [{row['level']}]{subject}",
        f"  {row['statement']}",
        f"  {row['source']}",
        *_facts(row),
        *_evidence(row),
        *([f"  {row['request']}"] if row["request"] else []),
    ]


def _facts(row: Row) -> Lines:
    told = [f"  Known     {known(row['deviation'])}"] if row.get("deviation") else []
    if is_stale(row):
        return told
    if row["outcome"] == Outcome.ERRORED:
        return [f"  Broken    {row['received']} (in the check, not in the service)"]
    return [f"  Expected  {row['expected']}", f"  Received  {row['received']}", *told]


def _evidence(row: Row) -> Lines:
    return [
        f"  Evidence  {p['probe']} #{p['exchange']}{' at ' + p['pointer'] if p['pointer'] else ''} ({p['origin']})"
        for p in row["evidence"][:1]
    ]


def brief(row: Row) -> str:
    """Return a verdict in one line."""
    pointer = next((place["pointer"] for place in row["evidence"] if place["pointer"]), "")
    where = f" at {pointer}" if pointer and not row["received"].endswith(f" at {pointer}") else ""
    found = f"expected {row['expected']}, received {row['received']}{where}"
    told = known(row["deviation"]) if is_expected(row) else found
    return f"{row['reading']}  {row['contract']}  {row['requirement']}  [{row['level']}]: {told}"


def undecided(verdicts: Sequence[Row]) -> Lines:
    """Return what would show the service's unseen requirements and what was in the way of others, each in one line."""
    service = [row for row in verdicts if row["subject"] == "service"]
    needs = [(row, f"needs {row['expected']}") for row in service if row["reading"] in NOT_SEEN]
    causes = [(row, row["received"]) for row in service if row["reading"] == Label.INCONCLUSIVE]
    found: dict[tuple[str, str, str], Lines] = {}
    for row, sentence in needs + causes:
        found.setdefault((row["reading"], row["contract"], sentence), []).append(row["requirement"])
    return [f"{label}  {contract}  {named(rows)}: {why}" for (label, contract, why), rows in found.items()]


def of_documents(verdicts: Iterable[Row]) -> Lines:
    """Return what the tests that passed are about where none of them is about the service."""
    passed = Counter(row["subject"] for row in verdicts if row["outcome"] == Outcome.MET)
    if passed["service"] or not passed["document"]:
        return []
    of = pluralise(passed["document"], "test")
    return [f"{of} passed on the document itself alone, for which nothing is sent; not one on the service"]


def named(requirements: Sequence[str]) -> str:
    """Return some names, or how many they are."""
    few = len(requirements) <= _MOST_NAMED
    return ", ".join(requirements) if few else f"{len(requirements)} requirements"


def failures(verdicts: Iterable[Row]) -> Lines:
    """Return the verdicts that fail the run in full, each followed by an empty line."""
    found = [row for row in verdicts if row["failing"] or row["reading"] == Label.ERRORED]
    return [line for row in found for line in [*failure(row), ""]]


def mentions(verdicts: Iterable[Row]) -> Lines:
    """Return a line for whatever is unmet without failing the run, what the service does first."""
    unmet = [row for row in verdicts if row["reading"] in _LESSER or is_expected(row)]
    found = [row for row in unmet if not row["failing"]]
    return [brief(row) for row in sorted(found, key=lambda row: row["subject"] == "document")]
