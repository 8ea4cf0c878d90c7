"""Text for people: a vendor's words made harmless (cut, control characters spelled out, escaped), and plurals."""

from __future__ import annotations

import re
import sys
import traceback
from codecs import getincrementaldecoder
from collections.abc import Iterable
from pathlib import Path
from typing import NewType, TextIO

Redacted = NewType("Redacted", str)
"""A text without any secret, which is all that is kept, written or shown of what a stranger said."""

LONGEST = 400
_FIRST_BYTES = 16
_NEVER_IN_SLUGS = re.compile(r"[^A-Za-z0-9_-]+")
# What a runner of GitHub, Azure or Gitea takes for a command: ::name key=value::text, ##[name], ##vso[name].
_COMMAND = re.compile(
    r"(?<!\.py)::(?=[A-Za-z][\w-]*(?:[ :]|$))|##(?=(?:vso|teamcity)?\[)", re.MULTILINE | re.IGNORECASE
)
# What begins a field, also of one that only a reader who separates by semicolons sees; quotes of it are dropped.
_FORMULA = re.compile(r"(^\s*|[;|][\s\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
_WORDS = str.maketrans(
    {"\u2713": "ok", "\u2717": "fails", "\u2192": "->", "\u2026": "...", "\u2013": "-", "\u2014": "-", "\u00b7": "-"}
)
_BACKTICKS = re.compile(r"`+")


def visible(text: str, longest: int = LONGEST, keep: str = "") -> str:
    """Return a text with whatever cannot be printed spelled out, cut to a length; `keep` names what stays."""
    piece = text[:longest]
    shown = piece if piece.isprintable() else "".join(c if c.isprintable() or c in keep else _spelled(c) for c in piece)
    return shown if len(text) <= longest else f"{shown}... ({len(text)} characters)"


def excerpt(body: bytes, longest: int) -> str:
    """Return the beginning of a body on one line; of bytes that are no text their number and the first of them."""
    start = body[: 4 * longest]
    try:
        # The bound may fall into a character.
        text = getincrementaldecoder("utf-8")().decode(start, final=len(start) == len(body))
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return f"{len(body)} bytes that are no text, the first in hexadecimal: {body[:_FIRST_BYTES].hex(' ')}"
    shown = " ".join(text.split())
    return shown if len(shown) <= longest and len(start) == len(body) else f"{shown[:longest]}..."


def lines(text: str, longest: int) -> str:
    """Return a text of several lines, made visible like any other."""
    return visible(text, longest, keep="\n\t")


def printable(text: str) -> str:
    """Return a text of several lines for a terminal and the log of a CI: nothing in it is a command to either."""
    shown = text if text.isascii() and text.isprintable() else "".join(map(_shown, text))
    return _COMMAND.sub(lambda found: found[0][0] + _spelled(found[0][1]), shown)


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a text on standard output or another stream; what its encoding lacks is written in words."""
    stream = stream or sys.stdout
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(_in(encoding, printable(text)) + "\n")
    stream.flush()


def _in(encoding: str, text: str) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_WORDS).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _shown(character: str) -> str:
    return character if character.isprintable() or character in "\n\t" else _spelled(character)


def _spelled(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def code(text: str, longest: int = LONGEST) -> str:
    """Return a text as a Markdown code span that nothing in it can end (CommonMark 0.31, 6.1), also inside a table."""
    shown = visible(text, longest).replace("|", "\\|")
    fence = "`" * (max([len(run) for run in _BACKTICKS.findall(shown)], default=0) + 1)
    edge = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{edge}{shown}{edge}{fence}" if shown else "` `"


def prose(text: str) -> str:
    """Return a text as Markdown that is only text: no markup, no HTML, no link, no mention."""
    escaped = re.sub(r"([\\`*_{}\[\]()#+!|~>-])", r"\\\1", visible(text))
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace("@", "&#64;").replace("://", "&#58;//")


def spreadsheet(text: str) -> str:
    """Return a text that a spreadsheet takes for text and not for a formula, with `,` and with `;` between fields."""
    return _FORMULA.sub(r"\1'", visible(text))


def slug(text: str, taken: set[str]) -> str:
    """Return a name for files and anchors that is not taken yet, and take it."""
    base = _NEVER_IN_SLUGS.sub("-", text).strip("-")[:80] or "x"
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name.lower())
    return name


def pluralise(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it takes one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def fenced(language: str, texts: Iterable[str], longest: int = LONGEST) -> list[str]:
    """Return a block of code in Markdown that nothing in it can end."""
    shown = [visible(text, longest) for text in texts]
    runs = [len(run) for text in shown for run in _BACKTICKS.findall(text)]
    fence = "`" * max(3, max(runs, default=0) + 1)
    return [f"{fence}{language}", *shown, fence]


def told_fault(error: BaseException) -> str:
    """Return what an error of ours is and where, for who reports it; its text may hold anything of a file."""
    *_, last = traceback.walk_tb(error.__traceback__)
    place = f"{Path(last[0].f_code.co_filename).name}:{last[1]}"
    return f"an error of our own: {type(error).__name__} at {place}: {visible(' '.join(str(error).split()), 200)}"
