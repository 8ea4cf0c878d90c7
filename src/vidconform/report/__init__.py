"""What people and programs read of a run."""

from vidconform.report.results import FORMAT, SCHEMA, ResultsWriter, check_folder
from vidconform.report.terminal import brief, failure, failures, mentions, origins, table, undecided

__all__ = [
    "FORMAT",
    "SCHEMA",
    "ResultsWriter",
    "brief",
    "check_folder",
    "failure",
    "failures",
    "mentions",
    "origins",
    "table",
    "undecided",
]
