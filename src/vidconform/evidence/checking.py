"""What a cassette must hold: a fault is told by its place in the file, since a person will look for it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vidconform.evidence.evidence import ORIGINS

_KINDS = ("unseen", "inconclusive", "refused")
_NAMES = {dict: "a mapping", list: "a list", str: "a text", int: "a number", bytes: "bytes", type(None): "nothing"}


def check_cassette(content: Any, form: str) -> None:
    """Hold the content of a file to what a replay needs; raises ValueError that names the place."""
    if content is None:
        raise ValueError("empty")
    metadata = _be(content, "the file", dict).get("metadata")
    if not isinstance(metadata, dict) or metadata.get("format") != form:
        # They are written last; a file that was cut short has none.
        raise ValueError(f"no metadata of {form} at its end")
    interactions = _part(content, "the file", "interactions", list)
    for index, interaction in enumerate(interactions):
        _check_interaction(interaction, f"interactions[{index}]")
    _check_metadata(metadata, len(interactions))


def _check_interaction(interaction: Any, place: str) -> None:
    _be(interaction, place, dict)
    request = _part(interaction, place, "request", dict)
    for name in ("method", "uri"):
        _part(request, f"{place}.request", name, str)
    _part(request, f"{place}.request", "body", str, bytes, type(None))
    response = _part(interaction, place, "response", dict)
    place = f"{place}.response"
    code = _part(_part(response, place, "status", dict), f"{place}.status", "code", int)
    if not 100 <= code <= 999:
        raise ValueError(f"{place}.status.code: expected three digits, found {code}")
    _part(_part(response, place, "body", dict), f"{place}.body", "string", str, bytes)
    for name, values in _part(response, place, "headers", dict).items():
        _texts(values, f"{place}.headers.{_be(name, f'{place}.headers', str)}")


def _check_metadata(metadata: Mapping[str, Any], interactions: int) -> None:
    for name in ("recorded_at", "origin"):
        _part(metadata, "metadata", name, str)
    if metadata["origin"] not in ORIGINS:
        raise ValueError(f"metadata.origin: expected one of {', '.join(ORIGINS)}, found {metadata['origin']!r}")
    times = _texts(_part(metadata, "metadata", "at", list), "metadata.at")
    if len(times) != interactions:
        raise ValueError(f"metadata.at: expected {interactions} times, one for each interaction, found {len(times)}")
    for index, gap in enumerate(_part(metadata, "metadata", "gaps", list)):
        _check_gap(gap, f"metadata.gaps[{index}]")
    for name, note in _part(metadata, "metadata", "notes", dict).items():
        _check_note(name, note)
    if "base_url" in metadata:
        _part(metadata, "metadata", "base_url", str)
    for index in _be(metadata.get("cut", []), "metadata.cut", list):
        _be(index, "metadata.cut", int)


def _check_gap(gap: Any, place: str) -> None:
    _part(_be(gap, place, dict), place, "sentence", str)
    if _part(gap, place, "kind", str) not in _KINDS:
        raise ValueError(f"{place}.kind: expected {' or '.join(_KINDS)}, found {gap['kind']!r}")


def _check_note(name: str, note: Any) -> None:
    place = f"metadata.notes.{name}"
    if name == "task_ids":
        _texts(note, place)
    else:
        _be(note, place, str, type(None))


def _texts(values: Any, place: str) -> list[str]:
    return [_be(value, f"{place}[{index}]", str) for index, value in enumerate(_be(values, place, list))]


def _part(node: Mapping[str, Any], place: str, name: str, *kinds: type) -> Any:
    if name not in node:
        raise ValueError(f"{place}: {name} is missing")
    return _be(node[name], name if place == "the file" else f"{place}.{name}", *kinds)


def _be(value: Any, place: str, *kinds: type) -> Any:
    if not isinstance(value, kinds) or isinstance(value, bool):
        expected = " or ".join(_NAMES[kind] for kind in kinds)
        raise ValueError(f"{place}: expected {expected}, found {str(value)[:40]!r}")
    return value
