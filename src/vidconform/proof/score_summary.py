"""The score as a short table, and what is wrong with it as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_COLUMNS = ("requirements", "vices", "caught", "allowed", "false_alarms", "median_blamed", "most_blamed")
_WRONG = {
    "never_felled": "no vice breaks it",
    "faultless_but_unmet": "the faultless emulator does not keep it",
    "kept_by_a_null_vendor": "a vendor that answers everything with 200 and {} keeps it",
    "kept_by_a_wall": "a vendor that answers everything with 404 keeps it",
}
MOST_BLAMED = 2


def summary(score: dict[str, Any]) -> str:
    """Return the table and the sentences."""
    lines = ["".join(f"{title.replace('_', ' '):>14}" for title in ("", *_COLUMNS))]
    for provider, found in score["providers"].items():
        figures = found["figures"]
        lines.append(f"{provider:>14}" + "".join(f"{figures[column]:>14g}" for column in _COLUMNS))
    return "\n".join([*lines, *why_incomplete(score)])


def why_incomplete(score: dict[str, Any]) -> Iterator[str]:
    """Yield what keeps the score from being whole."""
    for provider, found in score["providers"].items():
        yield from (f"{provider}: {sentence}" for vice in found["vices"] for sentence in _faults(vice))
        yield from (f"{provider}: {sentence}" for sentence in found["judged_again_otherwise"])
        for key, why in _WRONG.items():
            yield from (f"{row['contract']} {row['requirement']} [{row['level']}]: {why}" for row in found[key])
        if found["figures"]["median_blamed"] > MOST_BLAMED:
            yield f"{provider}: the median vice breaks {found['figures']['median_blamed']:g} requirements"


def _faults(vice: dict[str, Any]) -> Iterator[str]:
    if vice["kind"] != "allowed" and not vice["caught"]:
        yield f"{vice['vice']} is not caught; it should break {', '.join(vice['missed']) or 'the run'}"
    if vice["stray"]:
        yield f"{vice['vice']} breaks {', '.join(vice['stray'])} as well"
