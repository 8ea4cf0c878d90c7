"""What the code at the end of a message means, for a terminal and for docs/errors.md; errors.toml is the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

#: Of what reaches the command line although nobody raised it for the user's eyes: OSError, ValueError.
SYSTEM_ERROR, UNFORESEEN_VALUE = "VC-901", "VC-902"

#: Of any other exception: a fault of this program.
FAULT_OF_OURS = "VC-903"


@dataclass(frozen=True)
class ErrorKind:
    """One entry of errors.toml: what a code means, its usual causes and what to do."""

    code: str
    meaning: str
    causes: Sequence[str]
    hint: str

    def as_text(self) -> str:
        """Return all of it for a terminal."""
        causes = "\n".join(f"  - {cause}" for cause in self.causes)
        return f"{self.code}: {self.meaning}\n\nUsual causes:\n{causes}\n\nWhat to do: {self.hint}"

    def as_markdown(self) -> str:
        """Return all of it as a section of docs/errors.md."""
        causes = "\n".join(_wrapped(f"- {cause}", "  ") for cause in self.causes)
        told = [_wrapped(self.meaning), "Usual causes:", causes, _wrapped(f"What to do: {self.hint}")]
        return f"\n## {self.code}\n\n" + "\n\n".join(told) + "\n"


@cache
def error_kinds() -> dict[str, ErrorKind]:
    """Return what is known of each code, in the order of errors.toml."""
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("errors.toml").read_text("utf-8"))
    return {code: ErrorKind(code, **entry) for code, entry in table.items()}


def with_code(sentence: object, code: str) -> str:
    """Return a sentence as it is shown: the code stands at its end."""
    return f"{sentence} [{code}]"


_HEAD = """\
# Codes of messages

Made from `src/vidconform/errors/errors.toml` by `python docs/make.py --errors`. A message about something to mend ends
with its code; `vidconform explain CODE` prints what stands here. A code keeps its meaning; none is given twice.
"""


def _wrapped(text: str, indent: str = "") -> str:
    """Return a paragraph in lines of the length that all our pages have."""
    from textwrap import fill

    return fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def errors_page() -> str:
    """Return docs/errors.md."""
    return _HEAD + "".join(kind.as_markdown() for kind in error_kinds().values())
