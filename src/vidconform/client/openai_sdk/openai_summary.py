"""What a terminal shows of the findings: what breaks a client first, each with what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vidconform.client.openai_sdk.openai_findings import AS_EXPECTED, Row
from vidconform.client.openai_sdk.openai_ledger import BREAKS, DEGRADED, SILENT

SEVERITIES = (BREAKS, SILENT, DEGRADED)


def summary_lines(rows: Sequence[Row]) -> list[str]:
    """Return the findings of all providers as lines; they inform, and fail no run by themselves."""
    package = rows[0]["source"].partition(":")[0]
    lines = [f"what a client of the official package ({package}) would notice; it informs, and fails no run"]
    for provider in dict.fromkeys(row["provider"] for row in rows):
        lines += _of_provider(provider, [row for row in rows if row["provider"] == provider])
    return lines


def _of_provider(provider: str, rows: Sequence[Row]) -> list[str]:
    counts = Counter(row["client"]["reading"] for row in rows)
    words = dict.fromkeys((*SEVERITIES, AS_EXPECTED, *counts))
    lines = [f"{provider}: {', '.join(f'{counts[word]} {word}' for word in words if counts[word])}"]
    for severity in SEVERITIES:
        for row in (row for row in rows if row["client"]["reading"] == severity):
            lines += _finding(severity, row)
    return lines


def _finding(severity: str, row: Row) -> list[str]:
    return [
        f"  {severity}: {row['requirement']}: {row['statement']}",
        f"    Expected {row['expected']}",
        f"    Received {row['received']}",
        f"    {row['client']['advice']}",
    ]


def call_table(rows: Sequence[Row]) -> str:
    """Return the calls by provider as a table in Markdown: what a client is hurt by, or else what was seen at all."""
    providers = list(dict.fromkeys(row["provider"] for row in rows))
    lines = [f"| call | {' | '.join(providers)} |", "|---" * (len(providers) + 1) + "|"]
    for call in dict.fromkeys(row["client"]["call"] for row in rows):
        of_call = [[r for r in rows if (r["provider"], r["client"]["call"]) == (name, call)] for name in providers]
        lines.append(f"| {call} | {' | '.join(map(_cell, of_call))} |")
    return "\n".join(lines)


def _cell(rows: Sequence[Row]) -> str:
    unmet = [row for row in rows if row["client"]["reading"] in SEVERITIES]
    unmet.sort(key=lambda row: SEVERITIES.index(row["client"]["reading"]))
    found = [f"**{row['client']['reading']}**: {row['requirement']}" for row in unmet]
    return "<br>".join(found) or min((row["client"]["reading"] for row in rows), key=_is_less_telling)


def _is_less_telling(reading: str) -> bool:
    return reading != AS_EXPECTED
