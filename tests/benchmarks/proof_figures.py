"""Writes the table of docs/self-proof.md from a score.

`vidconform proof -o score.json`, then `python -m tests.benchmarks.proof_figures score.json`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import ROOT, with_table

PAGE = ROOT / "docs" / "self-proof.md"
_HEAD = (
    "| provider | requirements | vices | caught | habits allowed (alarms) | felled by a vice, median / most |",
    "|---|---|---|---|---|---|",
)


def row(provider: str, figures: dict[str, Any]) -> str:
    """Return the row of a provider."""
    allowed = f"{figures['allowed']} ({figures['false_alarms']})"
    felled = f"{figures['median_blamed']:g} / {figures['most_blamed']}"
    return (
        f"| {provider} | {figures['requirements']} | {figures['vices']} | {figures['caught']} | {allowed} | {felled} |"
    )


def main(file: str) -> None:
    """Write what a proof found."""
    found = json.loads(Path(file).read_text("utf-8"))["providers"]
    lines = [row(provider, score["figures"]) for provider, score in found.items()]
    PAGE.write_text(with_table(PAGE.read_text("utf-8"), [*_HEAD, *lines]), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
