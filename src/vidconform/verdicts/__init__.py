"""Verdicts: requirement x evidence."""

from vidconform.verdicts.binding import (
    all_laws,
    bindings,
    check_bindings,
    describe,
    judges_documents,
    law_of,
    laws_in,
    schema_of,
)
from vidconform.verdicts.judging import Case, judge, kind_of, probes_for, witnesses_for
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
    "all_laws",
    "bindings",
    "check_bindings",
    "describe",
    "judge",
    "judges_documents",
    "kind_of",
    "law_of",
    "laws_in",
    "probes_for",
    "schema_of",
    "witnesses_for",
]
