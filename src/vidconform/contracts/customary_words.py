"""Customary status words: what the field says for a state, used to pace a probe and to read a word no document has."""

from __future__ import annotations

from functools import cache

from vidconform.contracts.data_files import read_toml
from vidconform.locations import data_folder


@cache
def customary_phases() -> dict[str, str]:
    """Return the phase of each customary word, in small letters; vendors write them in any."""
    content = read_toml(data_folder("specs") / "customary-words.toml", "words")
    return {word: phase for phase, words in content.items() for word in words}
