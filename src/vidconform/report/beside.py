"""What a run with --report leaves beside its results.jsonl."""

from __future__ import annotations

from pathlib import Path

from vidconform.errors import ResultsRefused
from vidconform.report.formats import write_formats
from vidconform.report.markdown import as_markdown
from vidconform.report.merging import merge
from vidconform.report.pages import Pages
from vidconform.report.reading import NAME, read_run

# What GitHub takes of one step's summary.
_LONGEST_SUMMARY = 1_000_000


def write_beside(folder: Path, step_summary: str | None = None) -> str:
    """Write report.html, report.md and the exchange formats; return the sentence that tells of them, or of trouble."""
    try:
        return _write(folder, step_summary)
    except (OSError, ResultsRefused) as problem:
        # The verdicts are written already; a full disk must not turn them into a crash.
        return f"report: not written: {problem}"


def _write(folder: Path, step_summary: str | None) -> str:
    run = read_run(folder / NAME)
    merged = merge([run])
    (folder / "report.html").write_text(Pages(merged).one(), encoding="utf-8", errors="backslashreplace")
    markdown = as_markdown(merged)
    (folder / "report.md").write_text(markdown, encoding="utf-8", errors="backslashreplace")
    write_formats(merged, folder)
    if step_summary:
        _append(Path(step_summary), markdown)
    return f"report: {folder / 'report.html'}"


def _append(path: Path, markdown: str) -> None:
    """Add to the summary that GitHub shows beside a job; a file that cannot be written spoils no run."""
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(markdown[:_LONGEST_SUMMARY])
    except OSError:
        return
