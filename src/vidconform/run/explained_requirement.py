"""Everything about one requirement: what it states and where, what decides it, and its last verdicts."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from vidconform.contracts import Contract, Requirement, resolve
from vidconform.errors import BadOption, CassetteDamaged, CassetteMissing
from vidconform.laws import rows_of
from vidconform.run.bindings import all_laws, schema_of
from vidconform.run.cases import cases_of
from vidconform.run.named_contracts import NamedContracts
from vidconform.run.options import RunOptions
from vidconform.run.preparation import prepare
from vidconform.text import pluralise, visible
from vidconform.verdicts import name_of

Row = Mapping[str, Any]

_LONGEST_NODE = 600
_WIDTH = 12


def requirement_lines(contract: str, requirement: str, judged: Sequence[Row] | None, run: str) -> Iterator[str]:
    """Yield what is known of a requirement; `judged` are the verdicts of `run`, None stands for the shipped recording.

    Raises BadOption, DataFileProblem.
    """
    found = _contracts_with(contract, requirement)
    for number, one in enumerate(found):
        row = one.requirements[requirement]
        rows = _recorded(one, row) if judged is None else [line for line in judged if _is_about(line, one, row)]
        yield from [""] if number else []
        yield f"{one.id}  {row.id}  [{row.level.value}]"
        yield f"  {row.statement}"
        yield from _labelled("Document", _document(one, row))
        yield from _labelled("Read as", [row.reading] if row.reading else [])
        yield from _labelled("Decided by", _decision(one, row))
        yield from _labelled("Refuted", [f"{row.refuted['date']}: {row.refuted['observed']}"] if row.refuted else [])
        yield from _labelled("Verdicts", [f"of {run}" if rows else f"none in {run}", *map(_verdict, rows)])


def _contracts_with(name: str, requirement: str) -> list[Contract]:
    contracts = NamedContracts([]).named("CONTRACT", [name])
    found = [contract for contract in contracts if requirement in contract.requirements]
    if not found:
        known = list(dict.fromkeys(row for contract in contracts for row in contract.requirements))
        near = get_close_matches(requirement, known, cutoff=0.4) or known
        raise BadOption("REQUIREMENT", requirement, f"one of {name}, such as {', '.join(near[:5])}")
    return found


def _labelled(label: str, texts: Iterable[str]) -> Iterator[str]:
    """Yield texts in a column, the first of them behind its label."""
    for number, text in enumerate(line for one in texts for line in one.splitlines()):
        yield f"  {'' if number else label:<{_WIDTH}}{text}"


def _document(contract: Contract, row: Requirement) -> Iterator[str]:
    edition = contract.edition
    yield row.place
    read = f"read on {edition.read}" if edition.read else "no edition is noted"
    yield f"{read}, SHA-256 {edition.sha256[:12]}" if edition.sha256 else read
    yield from [edition.url] if edition.url else []


def _decision(contract: Contract, row: Requirement) -> Iterator[str]:
    """Yield the schema nodes or the laws that decide a row, or why nothing does."""
    if row.untestable is not None:
        yield f"nothing: {row.untestable}"
    schema = schema_of(contract, row.id)
    for pointer in schema.bound[row.id] if schema is not None else ():
        assert schema is not None
        yield f"the schema node {contract.id}/{schema.path.name}#{pointer}"
        node = json.dumps(resolve(schema.source, pointer), ensure_ascii=False)
        yield f"  {visible(node, _LONGEST_NODE)}"
    for law in all_laws():
        if row.id in rows_of(law, contract):
            sentence = law.__name__.removeprefix("test_").replace("_", " ")
            yield f"the {name_of(law).replace(':', ' ', 1)} ({Path(inspect.getfile(law)).name}): {sentence}"


def _is_about(line: Row, contract: Contract, row: Requirement) -> bool:
    return (line["contract"], line["requirement"]) == (contract.id, row.id)


def _recorded(contract: Contract, row: Requirement) -> list[Row]:
    """Return the verdicts that the recording of the contract comes to; none where there is no recording."""
    try:
        session = prepare(RunOptions([contract.provider.argument]), {})
    except (CassetteMissing, CassetteDamaged):
        return []
    own = next(one for one in session.contracts if one.id == contract.id)
    return [session.judge(case).as_dict() for case in cases_of(session, own, row.id)]


def _verdict(row: Row) -> str:
    seen = f", {pluralise(row['observations'], 'observation')}" if row["observations"] else ""
    place = next((f", {p['probe']} #{p['exchange']} ({p['origin']}, {p['at'][:10]})" for p in row["evidence"]), "")
    place = place.replace(", )", ")")
    known = f", known since {row['deviation']['since']}" if row.get("deviation") else ""
    told = f"\n    Expected  {row['expected']}" if row["expected"] else ""
    told += f"\n    Received  {row['received']}" if row["received"] else ""
    return f"{row['subject']}: {row['reading']}{known}{seen}{place}{told}"
