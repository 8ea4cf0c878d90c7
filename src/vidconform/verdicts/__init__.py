"""Verdicts: requirement x evidence."""

from vidconform.verdicts.judging import Case, judge, name_of
from vidconform.verdicts.known import KnownDeviations, Standing
from vidconform.verdicts.verdict import READINGS, Outcome, Pointer, Verdict

__all__ = [
    "READINGS",
    "Case",
    "KnownDeviations",
    "Outcome",
    "Pointer",
    "Standing",
    "Verdict",
    "judge",
    "name_of",
]
