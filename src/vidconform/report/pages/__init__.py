"""The pages of a report and of a site."""

from vidconform.report.pages.run_report import write_beside

__all__ = [
    "write_beside",
]
