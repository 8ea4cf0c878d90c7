"""The documents held side by side: what each promises, where they differ, and where one contradicts itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from vidconform.contracts import (
    TIMES,
    Contract,
    Operation,
    Requirement,
    by_key,
    find_provider,
    known_providers,
    load_contracts,
)
from vidconform.report.pages.field_shapes import shape_of
from vidconform.report.report_model import Entry, ReportModel
from vidconform.verdicts import Label


@dataclass(frozen=True)
class Topic:
    """One thing that every client must know, contract by contract; `concerns` are where its statements stand."""

    title: str
    brief: str
    facts: dict[str, list[str]]
    concerns: tuple[str, ...]


@dataclass(frozen=True)
class Contradiction:
    """One place at which a document's examples break its own words, with the reading that was chosen."""

    row: Requirement
    contract: str
    entry: Entry


@dataclass(frozen=True)
class Comparison:
    """What the page about the documents holds."""

    contracts: list[Contract]
    topics: list[Topic]
    contradictions: list[Contradiction]

    def statements(self, contract: Contract, topic: Topic) -> list[Requirement]:
        """Return what a document states about a topic."""
        return [row for row in contract.requirements.values() if row.concern in topic.concerns]

    def interpretations(self, contract: Contract) -> list[Requirement]:
        """Return what a document leaves open, with the reading chosen."""
        return [row for row in contract.requirements.values() if row.reading]


def compare(merged: ReportModel) -> Comparison:
    """Return the comparison of the documents that a report is about and that come with the project."""
    known = [c for name in known_providers() for c in load_contracts(find_provider(name))]
    contracts = [contract for contract in known if contract.id in merged.columns]
    return Comparison(contracts, [_topic(contracts, *one) for one in _TOPICS], list(_contradictions(merged, contracts)))


def _contradictions(merged: ReportModel, contracts: Sequence[Contract]) -> Iterator[Contradiction]:
    rows = {(c.id, row.id): row for c in contracts for row in c.requirements.values()}
    for cell, entry in merged.entries():
        row = rows.get((cell.contract, cell.requirement))
        if row is not None and entry.label is Label.CONTRADICTS:
            yield Contradiction(row, cell.contract, entry)


Facts = Callable[[Contract], list[str]]
Brief = Callable[[dict[str, list[str]], Sequence[Contract]], str]


def _topic(contracts: Sequence[Contract], title: str, facts: Facts, brief: Brief, concerns: tuple[str, ...]) -> Topic:
    found = {contract.id: facts(contract) for contract in contracts}
    return Topic(title, brief(found, contracts), found, concerns)


def _routes(contract: Contract) -> list[str]:
    return [
        f"{o.method} {o.path}{f'?{o.id_parameter}=' if o.id_in == 'query' else ''} ({o.role})"
        for o in contract.operations
    ]


def _ways_in(contract: Contract) -> list[str]:
    return [f"{operation.role}: {', '.join(map(str, _credentials(operation)))}" for operation in contract.operations]


def _credentials(operation: Operation) -> list[str]:
    return [f"{scheme.header}: {scheme.prefix}..." for scheme in operation.schemes] or ["none stated"]


def _words(contract: Contract) -> list[str]:
    return [f"{word} ({phase})" for word, phase in contract.task.phases.items()] or ["none named"]


def _words_brief(found: dict[str, list[str]], contracts: Sequence[Contract]) -> str:
    counted = Counter(str(word) for contract in contracts for word in contract.words)
    everywhere = [word for word, count in counted.items() if count == len(contracts)]
    shared = [f"{word} in {count}" for word, count in counted.most_common() if 1 < count < len(contracts)]
    alone = sum(count == 1 for count in counted.values())
    return (
        f"{len(counted)} words in {len(contracts)} documents. In every one: {', '.join(everywhere) or 'none'}. "
        f"Shared by some: {', '.join(shared) or 'none'}. In one document only: {alone}."
    )


def _progress(contract: Contract) -> list[str]:
    return shape_of(contract, "progress") or ["not in the document"]


def _progress_brief(found: dict[str, list[str]], contracts: Sequence[Contract]) -> str:
    kinds = by_key((facts[1] if len(facts) > 1 else facts[0], contract) for contract, facts in found.items())
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in kinds.items()) + "."


def _ids(contract: Contract) -> list[str]:
    spaces = contract.provider.id_spaces
    return [f"{name}: {spaces[name].pattern}" for name in contract.id_space_names if name in spaces] or [
        "no shape stated"
    ]


def _ids_brief(found: dict[str, list[str]], contracts: Sequence[Contract]) -> str:
    several = [contract for contract, facts in found.items() if len(facts) > 1]
    distinct = {fact.partition(": ")[2] for facts in found.values() for fact in facts}
    more = f" Two shapes on one route: {', '.join(several)}." if several else ""
    return f"{len(distinct)} shapes of id; a client must not take them apart.{more}"


def _times(contract: Contract) -> list[str]:
    shapes = [shape_of(contract, role) for role in TIMES]
    return [
        f"{shape[0]}: {', '.join(s for s in shape[1:] if not s.startswith(('m', 'p')))}" for shape in shapes if shape
    ]


def _times_brief(found: dict[str, list[str]], contracts: Sequence[Contract]) -> str:
    mixed = [
        c
        for c, facts in found.items()
        if any("milliseconds" in f for f in facts) and any("unit: seconds" in f for f in facts)
    ]
    return f"Milliseconds beside seconds in one object: {', '.join(mixed) or 'nowhere'}."


def _errors(contract: Contract) -> list[str]:
    shown = [
        f"{code} {json.dumps(value, ensure_ascii=False)}"
        for operation in contract.operations
        for code, answer in operation.answers.items()
        if not code.startswith("2")
        for value in answer.examples.values()
    ]
    field = contract.field("error")
    return list(dict.fromkeys(shown or ["shows no refusal"])) + ([f"failed task: {field.pointer}"] if field else [])


def _errors_brief(found: dict[str, list[str]], contracts: Sequence[Contract]) -> str:
    silent = [contract for contract, facts in found.items() if facts[0] == "shows no refusal"]
    return f"Without a single refusal shown: {', '.join(silent) or 'none'}; a client learns those from the service."


def _result(contract: Contract) -> list[str]:
    content = [f"{o.method} {o.path}" for o in contract.operations if o.role == "content"]
    return [*shape_of(contract, "result"), *content] or ["no address of the video in this document"]


def _result_brief(found: dict[str, list[str]], contracts: Sequence[Contract]) -> str:
    without = [contract for contract, facts in found.items() if facts[0].startswith("no ")]
    return f"No way to the finished video stated: {', '.join(without) or 'none'}."


def _plain(sentence: str) -> Brief:
    return lambda found, contracts: sentence


_TOPICS: tuple[tuple[str, Facts, Brief, tuple[str, ...]], ...] = (
    ("Routes", _routes, _plain("Where a task is read and made."), ("routes", "parameters", "creation")),
    ("Authentication", _ways_in, _plain("What a request must bring."), ("authentication",)),
    ("Status words", _words, _words_brief, ("status",)),
    ("Progress", _progress, _progress_brief, ("progress",)),
    ("Ids", _ids, _ids_brief, ("identifiers",)),
    ("Times", _times, _times_brief, ("times",)),
    ("Errors", _errors, _errors_brief, ("errors",)),
    ("Result", _result, _result_brief, ("result", "content")),
)  # fmt: skip
