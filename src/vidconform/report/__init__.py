"""What people and programs read of a run."""

from vidconform.report.report_cli import add_report
from vidconform.report.results_writer import ResultsWriter, check_folder
from vidconform.report.terminal import failures, known, mentions, of_documents, origins, table, undecided

__all__ = [
    "ResultsWriter", "add_report", "check_folder", "failures", "known", "mentions", "of_documents", "origins",
    "table", "undecided",
]  # fmt: skip
