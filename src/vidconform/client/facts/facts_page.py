"""The facts of a provider as a short page for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from vidconform.client.facts.fact_book import NOT_DOCUMENTED, Json
from vidconform.verdicts import Label

_LABEL = 16
_UNITS = {"either": "seconds or milliseconds", "percent": "0 to 100", "fraction": "0 to 1"}
_LONGEST_BODY = 300


def page_lines(document: Json) -> Iterator[str]:
    """Yield the lines of the page; what replies say otherwise, and what is unmet, stands behind an exclamation mark."""
    held = f"held against: {document['evidence']}" if document["evidence"] else "held against nothing: not recorded"
    yield f"{document['title']}  {document['base_url']}  {held}"
    for facts in document["contracts"]:
        yield ""
        yield from _contract(facts)
    for one in document["words_with_two_meanings"]:
        told = "; ".join(f"{phase} in {', '.join(places)}" for phase, places in one["meanings"].items())
        yield f"\n! {one['word']!r} means two things: {told}"
    for one in document["routes_with_two_vocabularies"]:
        told = "; ".join(
            f"{', '.join(map(str, words['words']))} ({', '.join(words['in'])})" for words in one["vocabularies"]
        )
        yield f"\n! {one['route']} has several vocabularies: {told}"


def _contract(facts: Json) -> Iterator[str]:
    yield facts["contract"]
    statements, shown = facts["statements"], dict[str, str]()
    for operation in facts["operations"]:
        yield from _operation(operation, statements)
        for reply in operation["replies"]:
            lines, name = list(_reply(reply, statements)), f"{operation['role']} {reply['status']}"
            values = json.dumps(lines)
            yield from [_line(reply["status"], f"as {shown[values]}")] if values in shown and lines else lines
            shown.setdefault(values, name)
    for role, fact in facts["not_documented"].items():
        yield from (f"  {role}: {NOT_DOCUMENTED}, though: {statements[id]['statement']}" for id in fact["requirements"])
    yield f"  {NOT_DOCUMENTED}: {', '.join(facts['not_documented'])}"


def _operation(facts: Json, statements: Json) -> Iterator[str]:
    route, task_id = facts["route"]["value"], facts["task_id"]["value"]
    asked = f", id in {task_id['in']} {task_id['pointer'] or task_id['name'] or ''}".rstrip() if task_id else ""
    path = route["path"] or "(the address that a creation tells)"
    yield f"  {facts['role']}: {route['method']} {path}{asked}{_trouble(facts['route'], statements)}"
    yield _line("key", _key(facts["credentials"]["value"]) + _trouble(facts["credentials"], statements))
    if facts["request"]["value"] is not None:
        yield _line("body", _body(facts["request"]["value"]) + _trouble(facts["request"], statements))
    for name in ("carries", "options", "pace", "retry", "lag", "ends_within"):
        if facts[name]["value"] is not None:
            yield _line(name.replace("_", " "), json.dumps(facts[name]["value"]) + _trouble(facts[name], statements))


def _key(value: Json | None) -> str:
    if value is None:
        return NOT_DOCUMENTED
    choices = [" and ".join(_scheme(scheme) for scheme in choice) for choice in value["choices"]]
    return " or ".join([*([] if value["needs_key"] else ["none needed"]), *choices])


def _scheme(scheme: Json) -> str:
    if scheme["variable"] is None:
        return f"{scheme['scheme']} ({NOT_DOCUMENTED} how)"
    return f"{scheme['header']}: {scheme['prefix']}${scheme['variable']}"


def _body(value: Json) -> str:
    required = f", required {', '.join(value['required'])}" if value["required"] else ""
    shown = json.dumps(value["example"])[:_LONGEST_BODY] if value["sent_as"] else "none is shown"
    return f"{' or '.join(value['media_types'])}{required}: {shown}"


def _reply(facts: Json, statements: Json) -> Iterator[str]:
    stated = "" if facts["code"]["value"] else f" (the status code is {NOT_DOCUMENTED})"
    yield _line(facts["status"], ", ".join(facts["media_types"] or [f"body {NOT_DOCUMENTED}"]) + stated)
    if facts["texts"]:
        yield _line("", f"texts that hold JSON: {', '.join(facts['texts'])}")
    lacking = [role for role, fact in facts["fields"].items() if fact["value"] is None]
    for role, fact in facts["fields"].items():
        if fact["value"] is not None:
            unit = facts["units"].get(role)
            trouble = _trouble({**fact, "requirements": [*fact["requirements"], *_more(fact, unit)]}, statements)
            trouble += _otherwise(unit) if unit else ""
            yield _line(f"  {role}", _place(fact["value"], unit) + trouble)
    phases = (facts["words"] or {"phases": {}})["phases"]
    for phase, fact in phases.items():
        if fact["value"] is not None or fact["evidence"] is not None:
            yield _line(f"  {phase}", _words(fact["value"]) + _otherwise(fact))
    lacking += [phase for phase, fact in phases.items() if fact["value"] is None and fact["evidence"] is None]
    if lacking:
        yield _line("", f"{NOT_DOCUMENTED}: {', '.join(lacking)}")


def _more(fact: Json, unit: Json | None) -> list[str]:
    """Return the requirements of a unit that its field has not."""
    return [id for id in (unit or fact)["requirements"] if id not in fact["requirements"]]


def _place(value: Json, unit: Json | None) -> str:
    named = [_UNITS.get(unit["value"], unit["value"]) or f"unit {NOT_DOCUMENTED}"] if unit else []
    told = [*value["types"], *named]
    shape = f" ({', '.join(told)})" if told else ""
    return " or ".join(value["pointers"]) + shape


def _words(value: Json | None) -> str:
    if value is None:
        return NOT_DOCUMENTED
    when = [f"where {json.dumps(value['when'])}"] if value["when"] else []
    case = [" (in any case)"] if value["any_case"] else []
    ends = [" - ends the task"] if value["ends"] else []
    return ", ".join([*map(str, value["words"]), *when]) + "".join([*case, *ends])


def _otherwise(fact: Json) -> str:
    came = fact["evidence"]
    if came is None or came["agrees"] or (came["agrees"] is None and fact["value"] is not None):
        return ""
    return f" ! replies: {json.dumps(came['value'])}"


def _trouble(fact: Json, statements: Json) -> str:
    """Return what is wrong with a fact, so that nobody builds on it."""
    return _otherwise(fact) + "".join(_unmet(id, statements[id]["verdicts"]) for id in fact["requirements"])


def _unmet(id: str, verdicts: list[Any]) -> str:
    unmet = [one for one in verdicts if one["outcome"] == "unmet" and one["reading"] != Label.NOT_OFFERED]
    return "".join(f" ! {one['reading']}: {id}" for one in unmet)


def _line(label: str, text: str) -> str:
    return f"    {label:<{_LABEL}}{text}"
