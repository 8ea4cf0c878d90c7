"""What a run with --report leaves beside its results.jsonl."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from vidconform.errors import ResultsRefused, SecretRefused, WriteFailed
from vidconform.redaction import Guard
from vidconform.report.formats.exchange_formats import write_formats
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.html import Pages
from vidconform.report.pages.markdown import as_markdown
from vidconform.report.results_reader import NAME

# What GitHub takes of one step's summary.
_LONGEST_SUMMARY = 1_000_000


def write_beside(folder: Path, step_summary: str | None = None, guard: Guard | None = None) -> str:
    """Write report.html, report.md and the exchange formats; return the sentence that tells of them, or of trouble.

    The first file that cannot be written, or would hold a secret of `guard`, is the last one; the guard is told.
    """
    guard = guard or Guard()
    # The verdicts are written already; a full disk must not turn them into a crash.
    try:
        return _write(folder, step_summary, guard)
    except OSError as error:
        problem: ResultsRefused | WriteFailed = WriteFailed(Path(error.filename or folder), str(error.strerror))
    except ResultsRefused as refused:
        problem = refused
    except SecretRefused as refused:
        guard.note(refused)
        return f"report: {refused}"
    guard.note(problem)
    return f"report: not written: {problem}"


def _write(folder: Path, step_summary: str | None, guard: Guard) -> str:
    merged = merge_files([folder / NAME])
    guard.write(folder / "report.html", Pages(merged).one())
    markdown = as_markdown(merged)
    guard.write(folder / "report.md", markdown)
    write_formats(merged, folder, guard)
    if step_summary:
        _append(Path(step_summary), markdown, guard)
    return f"report: {folder / 'report.html'}"


def _append(path: Path, markdown: str, guard: Guard) -> None:
    """Add to the summary that GitHub shows beside a job; a file that cannot be written spoils no run."""
    with suppress(OSError):
        guard.append(path, markdown[:_LONGEST_SUMMARY])
