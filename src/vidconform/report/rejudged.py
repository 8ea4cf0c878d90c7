"""rejudged.json: what reads otherwise in a run since it was judged again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat, decode_plain_json, read_text
from vidconform.errors import ResultsRefused
from vidconform.report.run_model import Run
from vidconform.text import visible

FORMAT, NAME = "vidconform/rejudged@1", "rejudged.json"
_FILE = FileFormat(Path(__file__).parent / "rejudged.schema.json")

Question = tuple[str, str, str]


def question(line: Mapping[str, Any]) -> Question:
    """Return which question a line of results.jsonl answers, which makes verdicts of several runs the same."""
    return line["contract"], line["requirement"], line["subject"]


def read_rejudged(folder: Path) -> dict[str, Any] | None:
    """Return what stands in the rejudged.json of a folder, None where there is none; raises ResultsRefused."""
    path = folder / NAME
    if not path.exists():
        return None
    try:
        found: dict[str, Any] = decode_plain_json(read_text(path))
        _FILE.check(found)
    except (OSError, ValueError) as problem:
        raise ResultsRefused(path, f"is not {FORMAT}: {visible(str(problem), 200)}") from problem
    return found


def moved_in(runs: Iterable[Run]) -> dict[Question, list[dict[str, str]]]:
    """Return by question what read otherwise when some runs were judged first, each with the time of its run."""
    found: dict[Question, list[dict[str, str]]] = {}
    for run in runs:
        known = read_rejudged(run.path.parent)
        for move in known["moved"] if known is not None else ():
            told = {"at": run.started_at.isoformat(), **{name: move[name] for name in ("was", "now", "cause", "why")}}
            found.setdefault(question(move), []).append(told)
    return found
