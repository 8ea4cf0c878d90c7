"""Verdicts: requirement x evidence."""

from vidconform.verdicts.judging import Case, judge, name_of
from vidconform.verdicts.known import KnownDeviations, Standing
from vidconform.verdicts.readings import Label
from vidconform.verdicts.verdict import Outcome, Pointer, Verdict

__all__ = [
    "Case",
    "KnownDeviations",
    "Label",
    "Outcome",
    "Pointer",
    "Standing",
    "Verdict",
    "judge",
    "name_of",
]
