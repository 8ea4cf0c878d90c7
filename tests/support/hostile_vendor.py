"""A vendor whose every word is an attack on whoever shows it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.report_runs import exchange, sight, verdict, write_evidence, write_run

MARK = "vidconform-was-here"
SCRIPT = f"<script>document.title='{MARK}'</script>"
IMAGE = f"\"'><img src=x onerror=\"document.title='{MARK}'\">"
CLOSING = f"</script></style></title></textarea>--><svg onload=\"document.title='{MARK}'\">"
ANSI = "\x1b[31mred\x1b[0m\x1b]0;title\x07\x00\x08"
RTL = "abc\u202egnp.exe\u2066\u200f"
TICKS = "``` ` | [click](javascript:alert(1)) <b>| @everyone https://evil.example"
FORMULA = '=HYPERLINK("https://evil.example","click")'
SURROGATE = "\ud800"
TEXTS = (SCRIPT, IMAGE, CLOSING, ANSI, RTL, TICKS, FORMULA, SURROGATE, "{{ 7 * 7 }}{% raw %}", "../../../../etc/passwd")
MEGABYTE = "M" * 1_000_000


def write_hostile(folder: Path) -> Path:
    """Write a run in which every text of the vendor's, and of the file itself, is hostile."""
    lines = []
    for number, text in enumerate((*TEXTS, MEGABYTE)):
        contract = f"{text[:40]}/vi{number}"
        lines.append(
            verdict(
                "fails", f"{text[:60]}-{number}", contract, expected=text, received=text, statement=text, source=text,
                request=text, concern=text[:30], decided_by=text[:100], provider=text[:40],
                evidence=[sight(pointer="/prompt", probe=text[:30])],
            )
        )  # fmt: skip
    write_run(folder, lines)
    write_evidence(folder, [_exchange(line, number) for number, line in enumerate(lines)])
    return folder


def _exchange(line: dict[str, object], number: int) -> dict[str, object]:
    text = str(line["received"])
    body = json.dumps({"prompt": text, "error": {"message": text}})
    made = exchange(contract=str(line["contract"]), probe=line["evidence"][0]["probe"], task_id=text[:2000])  # type: ignore[index]
    made["reply"] = {
        "status": 500,
        "headers": [[text[:500], text[:5000]]],
        "body": {"text": body},
        "cut": False,
    }
    made["request"] = {
        "method": text[:30], "base_url": "", "target": text[:5000], "headers": [["X", text[:5000]]], "body": None,
    }  # fmt: skip
    made["state"] = {"status": text[:80], "phase": text[:30], "progress": text[:20]}
    return made
