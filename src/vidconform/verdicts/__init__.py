"""Verdicts: a requirement and its evidence."""

from vidconform.verdicts.case import Case, name_of
from vidconform.verdicts.deviation_status import DeviationStatus, KnownDeviations
from vidconform.verdicts.judging import judge
from vidconform.verdicts.labels import BY_COLUMN, LABELS, NOT_JUDGED, NOT_SEEN, UNMET, Label
from vidconform.verdicts.verdict import Outcome, ShownVerdict, Verdict

__all__ = [
    "BY_COLUMN", "LABELS", "NOT_JUDGED", "NOT_SEEN", "UNMET", "Case", "DeviationStatus", "KnownDeviations", "Label",
    "Outcome", "ShownVerdict", "Verdict", "judge", "name_of",
]  # fmt: skip
