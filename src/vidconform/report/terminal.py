"""What a run says at its end of its verdicts: faults in full, what does not fail in a line, a table a contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vidconform.report.differing import differing
from vidconform.report.faults import ServiceFault, faults, named
from vidconform.text import pluralise
from vidconform.verdicts import BY_COLUMN, Label, Outcome, is_expected

Lines = list[str]
Row = Mapping[str, Any]

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
    return "known" if is_known(row) else "stale" if is_stale(row) else str(row["reading"])


def is_known(row: Row) -> bool:
    """Whether a known deviation deviates as it is known to."""
    return is_expected(row["outcome"], row.get("deviation"))


def is_stale(row: Row) -> bool:
    """Whether a known deviation no longer deviates."""
    return bool(row.get("deviation")) and row["deviation"]["state"] == "stale"


def describe_known(deviation: Row) -> str:
    """Return what an entry of a deviations.toml says of a verdict."""
    if deviation["state"] == "stale":
        listed = f"{deviation.get('file', 'deviations.toml')} lists this as deviating since {deviation['since']}"
        return f"stale: {listed}, and it is met now; remove the entry"
    ticket = f", {deviation['ticket']}" if "ticket" in deviation else ""
    if deviation["state"] == "artefact":
        return f"an artefact of how it was started, since {deviation['since']}: {deviation['reason']}{ticket}"
    if deviation["state"] == "refuted":
        return f"refuted by observation on {deviation['since']}: {deviation['reason']}"
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
    return [
        _heading(row),
        f"  {row['statement']}",
        f"  {row['source']}",
        *_facts(row),
        *_evidence(row),
        *([f"  {row['request']}"] if row["request"] else []),
    ]


def _heading(row: Row) -> str:
    subject = " (the document itself)" if row["subject"] == "document" else ""
    word = "STALE" if is_stale(row) else row["reading"].upper()
    return f"{word}  {row['contract']}{_by(row)}  {row['requirement']}  [{row['level']}]{subject}"


def _by(row: Row) -> str:
    return f" by {row['against']}" if "against" in row else ""


def _facts(row: Row) -> Lines:
    told = [f"  Known     {describe_known(row['deviation'])}"] if row.get("deviation") else []
    if is_stale(row):
        return told
    if row["outcome"] == Outcome.ERRORED:
        return [f"  Broken    {row['received']} (in the check, not in the service)"]
    return [f"  Expected  {row['expected']}", f"  Received  {row['received']}", *_differs(row), *told]


def _differs(row: Row) -> Lines:
    """Return what differs between two long texts, where they are nearly the same."""
    pointer = next((place["pointer"] for place in row["evidence"]), "")
    found = differing(row["expected"], row["received"], pointer)
    return [] if found is None else [f"  Differs   {found[1]} instead of {found[0]}"]


def _evidence(row: Row) -> Lines:
    return [
        f"  Evidence  {p['probe']} #{p['exchange']}{' at ' + p['pointer'] if p['pointer'] else ''} ({p['origin']})"
        for p in row["evidence"][:1]
    ]


def found_in(row: Row) -> str:
    """Return what was expected, what was received and where, or what is known of it."""
    pointer = next((place["pointer"] for place in row["evidence"] if place["pointer"]), "")
    where = f" at {pointer}" if pointer and not row["received"].endswith(f" at {pointer}") else ""
    found = f"expected {row['expected']}, received {row['received']}{where}"
    return describe_known(row["deviation"]) if is_known(row) else found


def of_documents(verdicts: Iterable[Row]) -> Lines:
    """Return what the tests that passed are about where none of them is about the service."""
    passed = Counter(row["subject"] for row in verdicts if row["outcome"] == Outcome.MET)
    if passed["service"] or not passed["document"]:
        return []
    of = pluralise(passed["document"], "test")
    return [f"{of} passed on the document itself alone, for which nothing is sent; not one on the service"]


def failures(verdicts: Iterable[Row]) -> Lines:
    """Return what fails the run in full, a fault at a time and the worst first, each followed by an empty line."""
    found = faults(row for row in verdicts if row["failing"] or row["reading"] == Label.ERRORED)
    total = sum(len(fault.rows) for fault in found)
    order = ", the worst first" if len(found) > 1 else ""
    head = [f"{pluralise(len(found), 'fault')} in {total} requirements{order}:", ""] if total > len(found) else []
    return [*head, *(line for fault in found for line in [*failure(fault.worst), *_others(fault), ""])]


def _others(fault: ServiceFault) -> Lines:
    """Return what else a fault breaks, a line each."""
    if not fault.others:
        return []
    head = f"  The same cause breaks {pluralise(len(fault.others), 'more requirement')}:"
    return [head, *(f"    {_heading(row)}: expected {row['expected']}" for row in fault.others)]


def mentions(verdicts: Iterable[Row]) -> Lines:
    """Return a line for whatever is unmet without failing the run, what the service does first and by its cause.

    What is known of several requirements in the same words is told once.
    """
    unmet = [row for row in verdicts if row["reading"] in _LESSER or is_known(row)]
    told: dict[tuple[str, ...], list[Row]] = {}
    for row in (row for fault in faults(row for row in unmet if not row["failing"]) for row in fault.rows):
        one = () if is_known(row) else (row["requirement"], row["subject"])
        told.setdefault((row["reading"], row["contract"], row["level"], found_in(row), *one), []).append(row)
    return [_mention(rows) for rows in told.values()]


def _mention(rows: Sequence[Row]) -> str:
    first = rows[0]
    names = named([row["requirement"] for row in rows])
    return f"{first['reading']}  {first['contract']}  {names}  [{first['level']}]: {found_in(first)}"
