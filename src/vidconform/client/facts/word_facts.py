"""What status words mean in a reply, and where a document gives a word two meanings or a path two vocabularies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from vidconform.client.facts import what_was_seen
from vidconform.client.facts.fact_book import FactBook, Json
from vidconform.contracts import FINISHED, PHASES, Contract, Schema, StatusWord, status_word
from vidconform.laws import ReplyView

# The row that holds a task to one of several sets.
_OF_ONE_SET = "status-words-of-one-set"


def vocabulary(contract: Contract, schema: Schema) -> Schema:
    """Return the schema whose words count in a reply: its own where it has any, or the task's."""
    return schema if schema.has_own_words or schema.conditions else contract.task


def meanings(schema: Schema) -> Iterator[tuple[StatusWord, str]]:
    """Yield each status word with its phase; a word that a document gives two meanings comes twice."""
    for phase, node in schema.stated_phases.items():
        for word in node.get("enum", ()):
            yield word, phase


def word_facts(book: FactBook, schema: Schema, views: Sequence[ReplyView]) -> Json:
    """Return the words of a reply by what they mean, and the sets that a task keeps to, where there are several."""
    words = vocabulary(book.contract, schema)
    rows = book.rows.of_field(schema, "status")
    told = [view for view in views if status_word(view.raw("status")) is not None]
    unplaced = [view for view in told if view.phase is None]
    return {
        "phases": {phase: _phase(book, words, phase, rows, told) for phase in PHASES},
        "sets": _sets(book.contract, words),
        "unplaced": what_was_seen.words(unplaced, ()),
    }


def _phase(book: FactBook, words: Schema, phase: str, rows: Sequence[str], views: Sequence[ReplyView]) -> Json:
    node: dict[str, Any] = words.stated_phases.get(phase, {})
    named = [word for word in node.get("enum", ()) if status_word(word) is not None]
    value = {"words": named, "any_case": bool(node.get("x-any-case")), "when": node.get("x-when"), "ends": _ends(phase)}
    came = [view for view in views if view.phase == phase]
    known = {str(view.raw("status")) for view in came if words.spelled(view.raw("status")) in named or "x-when" in node}
    place, is_stated = f"{_file(words, phase)} $defs/{phase}", bool(named) or "x-when" in node
    return book.fact(value if is_stated else None, place, rows, what_was_seen.words(came, known if is_stated else None))


def _file(words: Schema, phase: str) -> str:
    """Return the file in which a phase stands: the schema's own, or one that it refers to."""
    beside = (name for name in words.source.get("$defs", {}) if name.endswith(f":{phase}"))
    named = "" if words.has_own_words else next(beside, "")
    return named.rpartition(":")[0].replace(":", "/") or words.path.name


def _ends(phase: str) -> bool | None:
    """Whether a task is at its end, None where nobody can tell."""
    return None if phase == "unknown" else phase in FINISHED


def _sets(contract: Contract, words: Schema) -> list[list[StatusWord]]:
    """Return the sets of words that a task keeps to one of; one set alone is none of several."""
    if _OF_ONE_SET not in contract.requirements:
        return []
    every = list(dict.fromkeys(word for word, _ in meanings(words)))
    return [[word for word in every if allowed.is_valid(word)] for allowed in words.word_sets]


def several_meanings(contracts: Sequence[Contract]) -> list[Json]:
    """Return the words that mean two things, with where each meaning is."""
    found: dict[StatusWord, dict[str, list[str]]] = {}
    for contract in contracts:
        for route, schema in _replies(contract):
            for word, phase in meanings(vocabulary(contract, schema)):
                spelled = vocabulary(contract, schema).spelled(word)
                places = found.setdefault(_folded(schema, contract, spelled), {}).setdefault(phase, [])
                places += [f"{contract.id} {route}"] if f"{contract.id} {route}" not in places else []
    doubled = {word: phases for word, phases in found.items() if len(phases) > 1}
    return [{"word": word, "meanings": phases} for word, phases in doubled.items()]


def _folded(schema: Schema, contract: Contract, word: StatusWord) -> StatusWord:
    # Where letter case does not matter, SUCCESS and success are one word.
    folded = str(word).casefold()
    return folded if folded in vocabulary(contract, schema).spellings else word


def several_vocabularies(contracts: Sequence[Contract]) -> list[Json]:
    """Return the routes that have more than one vocabulary: in several replies, or in sets that are not mixed."""
    found: dict[str, list[Json]] = {}
    for contract in contracts:
        for route, schema in _replies(contract):
            words = vocabulary(contract, schema)
            apart = _sets(contract, words) or [[word for word, _ in meanings(words)]]
            for one in filter(None, apart):
                _add(found.setdefault(route.partition(" -> ")[0], []), one, f"{contract.id} {route}")
    whole = {route: [one for one in told if not _is_a_part(one, told)] for route, told in found.items()}
    return [{"route": route, "vocabularies": told} for route, told in whole.items() if len(told) > 1]


def _is_a_part(one: Json, told: list[Json]) -> bool:
    """Whether another vocabulary has all the words of one: a reply that only waits speaks no other language."""
    return any(set(one["words"]) < set(other["words"]) for other in told)


def _add(told: list[Json], words: list[StatusWord], where: str) -> None:
    known = next((one for one in told if set(one["words"]) == set(words)), None)
    if known is None:
        told.append({"words": words, "in": [where]})
    elif where not in known["in"]:
        known["in"].append(where)


def _replies(contract: Contract) -> Iterator[tuple[str, Schema]]:
    """Yield each documented reply that has a status, as its route with its status code."""
    for operation in contract.operations:
        for code, answer in operation.answers.items():
            schema = contract.schemas.get(answer.schema or "")
            if schema is not None and "status" in schema.fields and code.startswith("2"):
                yield f"{operation.method} {operation.path} -> {code}", schema
