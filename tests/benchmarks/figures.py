"""Measures the benchmarks and writes docs/speed.md and the README: `python -m tests.benchmarks.figures`.

Seconds are those of CPU in the measured processes; on a busy machine they come out up to twice as long. Options are
pytest's: `-k night` measures these alone and keeps the other rows, as long as they are of this version.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from vidconform import __version__

ROOT = Path(__file__).resolve().parents[2]
ALL, SOME = ROOT / "docs" / "speed.md", ROOT / "README.md"
_BLOCK = re.compile(r"(<!-- figures of )(\S+)(: .* -->\n\n)(.*?)(\n<!-- end of figures -->)", re.DOTALL)
_TIMER = "--benchmark-timer=tests.benchmarks.processor_time.of_children"
_HEAD = ("| what | measured | at most |", "|---|---|---|")

Rows = dict[str, tuple[str, str]]


def measured(arguments: Sequence[str]) -> Rows:
    """Run the benchmarks and return their rows; end with the reason if one did not pass."""
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "measured.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "benchmark", _TIMER, str(Path(__file__).parent)]
        kept = ["-o", "junit_family=xunit1", f"--junit-xml={told}", "-m", ""]
        code = subprocess.run([*command, *kept, *arguments], cwd=ROOT, check=False).returncode
        cases = list(ElementTree.parse(told).iter("testcase")) if told.is_file() else []
    missing = [
        case.get("name", "")
        for case in cases
        for kind in ("failure", "error", "skipped")
        if case.find(kind) is not None
    ]
    if code != 0 or missing:
        sys.exit(f"nothing is written: {', '.join(missing) or f'pytest ended with {code}'}")
    return dict(map(_row, cases))


def _row(case: ElementTree.Element) -> tuple[str, tuple[str, str]]:
    told = {member.get("name"): member.get("value", "") for member in case.iter("property")}
    return label(case.get("name", "")), (told["measured"], told.get("at most", ""))


def label(nodeid: str) -> str:
    """Return the row of a benchmark: its name as words, and its parameters."""
    name, _, parameters = nodeid.rpartition("::")[2].removeprefix("test_").partition("[")
    return name.replace("_", " ") + (f" ({parameters.rstrip(']').replace('-', ', ')})" if parameters else "")


def version_of(page: str) -> str:
    """Return which version of the project the figures of a page were measured for."""
    return _block(page)[2]


def rows_of(page: str) -> Rows:
    """Return the rows of a page."""
    return {what: (measured, bound) for what, measured, bound in cells_of(page)}


def cells_of(page: str) -> list[list[str]]:
    """Return the cells of the table of figures, row by row."""
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in _block(page)[4].splitlines()[2:]]


def written(page: str, rows: Rows) -> str:
    """Return a page with other rows, of this version."""
    lines = [f"| {what} | {measured} | {bound} |".replace("|  |", "| |") for what, (measured, bound) in rows.items()]
    return with_table(page, [*_HEAD, *lines])


def with_table(page: str, lines: Sequence[str]) -> str:
    """Return a page with another table of figures, of this version."""
    _block(page)
    table = "".join(f"{line}\n" for line in lines)
    return _BLOCK.sub(lambda found: f"{found[1]}{__version__}{found[3]}{table}{found[5]}", page)


def _block(page: str) -> re.Match[str]:
    found = _BLOCK.search(page)
    if found is None:
        raise ValueError("expected '<!-- figures of VERSION: ... -->' and '<!-- end of figures -->' in the page")
    return found


def main(arguments: Sequence[str]) -> None:
    """Measure, and write the pages; a benchmark that fails, or is skipped, leaves them as they are."""
    page = ALL.read_text("utf-8")
    if arguments and version_of(page) != __version__:
        sys.exit(f"{ALL.name} is of {version_of(page)}: expected no options, so that all is measured for {__version__}")
    rows = (rows_of(page) if arguments else {}) | measured(arguments)
    ALL.write_text(written(page, rows), "utf-8")
    short = SOME.read_text("utf-8")
    SOME.write_text(written(short, {what: rows[what] for what in rows_of(short) if what in rows}), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
