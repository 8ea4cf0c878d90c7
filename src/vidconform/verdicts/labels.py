"""How people read a verdict: each word with its place, its signs and what it does to a run."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Label(StrEnum):
    """The word that stands for a verdict, from what breaks a client to what says nothing.

    `letter` marks it on a page and `mark` in a history, `column` is its place in the terminal's table and `color` its
    badge's, if it has a say in that. `harm` is how much a client suffers, None where nothing is said of the service;
    `fails_on` the level from which it fails a run, if any.
    """

    letter: str
    mark: str
    column: int
    color: str
    harm: int | None
    fails_on: str

    FAILS = "fails", "F", "F", 1, "red", 3, "must"
    ERRORED = "errored", "E", "E", 8, "lightgrey", None, "must"
    CONTRADICTS = "contradicts itself", "C", "c", 3, "", 2, "should"
    DEVIATES = "deviates", "D", "d", 2, "orange", 2, "should"
    INCONCLUSIVE = "inconclusive", "I", "?", 7, "lightgrey", None, ""
    REFUSED = "refused", "R", "r", 6, "", None, ""
    UNSEEN = "unseen", "U", "_", 5, "", None, ""
    NOT_OFFERED = "not offered", "N", "n", 4, "", 1, ""
    CONFORMS = "conforms", "O", ".", 0, "green", 0, ""

    # The defaults are for type checkers, which take Label("fails") for a call of this.
    def __new__(
        cls, word: str, letter: str = "", mark: str = "", column: int = 0, color: str = "", harm: int | None = None,
        fails_on: str = "",
    ) -> Self:  # fmt: skip
        """Return the member for a word, with what is said of it."""
        label = str.__new__(cls, word)
        label._value_ = word
        label.letter, label.mark, label.column, label.color = letter, mark, column, color
        label.harm, label.fails_on = harm, fails_on
        return label

    def fails(self, fail_on: str) -> bool:
        """Whether it fails a run with this `--fail-on`, must or should."""
        return self.fails_on in ("must", fail_on)


LABELS = tuple(Label)
BY_COLUMN = sorted(Label, key=lambda label: label.column)
NOT_JUDGED = (Label.INCONCLUSIVE, Label.ERRORED)
"""What says nothing of the service: something was in the way, or the fault is ours."""
NOT_SEEN = (Label.UNSEEN, Label.REFUSED)
"""What was not looked at for want of a state, or because --max-creations or --max-cost had no place for it."""
UNMET = tuple(label for label in Label if label.harm)
"""What is not as the document has it."""
