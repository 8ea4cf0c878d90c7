"""The pages of a report and of a site."""

from vidconform.report.pages.page_environment import page_templates
from vidconform.report.pages.run_report import write_beside

__all__ = [
    "page_templates",
    "write_beside",
]
