"""What was found, as a page that needs nothing beside it."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime

from vidconform.client.against_vices.effect_table import Findings, sentence
from vidconform.report.pages import page_templates

# The looks of a report's readings: what fails, errs, deviates, is inconclusive, unseen and conforms.
_LETTERS = {
    "silently different": "F", "never ended": "E", "unaffected": "D", "not comparable": "I", "never met": "U",
    "noticed": "O",
}  # fmt: skip


def page(found: Findings) -> str:
    """Return the page."""
    return (
        page_templates()
        .get_template("client.html.j2")
        .render(
            found=found,
            command=shlex.join(found.command),
            made_at=datetime.fromtimestamp(found.moment, UTC).strftime("%Y-%m-%d %H:%M"),
            letters=_LETTERS,
            sentence=sentence,
        )
    )
