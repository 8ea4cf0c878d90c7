"""Verdicts: a requirement and its evidence."""

from vidconform.verdicts.case import Case, name_of
from vidconform.verdicts.deviation_status import KnownDeviations, fails, is_expected
from vidconform.verdicts.judging import judge
from vidconform.verdicts.labels import BY_COLUMN, LABELS, NOT_JUDGED, NOT_SEEN, UNMET, Label
from vidconform.verdicts.verdict import Outcome, Pointer, ShownVerdict, Verdict

__all__ = [
    "BY_COLUMN", "LABELS", "NOT_JUDGED", "NOT_SEEN", "UNMET", "Case", "KnownDeviations", "Label",
    "Outcome", "Pointer", "ShownVerdict", "Verdict", "fails", "is_expected", "judge", "name_of",
]  # fmt: skip
