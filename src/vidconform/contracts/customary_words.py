"""Customary status words: what the field says for a state, used to pace a probe and to read a word no document has."""

from __future__ import annotations

from functools import cache
from typing import Any

from vidconform.contracts.data_files import read_toml
from vidconform.locations import data_folder


def customary_phase(word: Any) -> str | None:
    """Return the phase of a customary word in whatever letter case, or None."""
    return customary_phases().get(word.casefold()) if isinstance(word, str) else None


@cache
def customary_phases() -> dict[str, str]:
    """Return the phase of each customary word, in small letters; vendors write them in any."""
    content = read_toml(data_folder("specs") / "customary-words.toml", "words")
    return {word: phase for phase, words in content.items() for word in words}
