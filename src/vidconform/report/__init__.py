"""What people and programs read of a run."""

from vidconform.report.against_others import against_others
from vidconform.report.headlines import headlines, sent
from vidconform.report.rejudged import FORMAT as REJUDGED_FORMAT
from vidconform.report.rejudged import NAME as REJUDGED
from vidconform.report.rejudged import question, read_rejudged
from vidconform.report.report_cli import add_report
from vidconform.report.results_reader import find_results, read_run
from vidconform.report.results_writer import ResultsWriter, check_folder
from vidconform.report.run_model import Run
from vidconform.report.terminal import describe_known, failures, mentions, of_documents, origins, table
from vidconform.report.undecided import undecided

__all__ = [
    "REJUDGED", "REJUDGED_FORMAT", "ResultsWriter", "Run", "add_report", "against_others", "check_folder",
    "describe_known", "failures", "find_results", "headlines", "mentions", "of_documents", "origins", "question",
    "read_rejudged", "read_run", "sent", "table", "undecided",
]  # fmt: skip
