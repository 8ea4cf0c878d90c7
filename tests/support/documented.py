"""The commands and the folders that README.md and docs/ show."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])

# What may begin a command; a block without a language is one of commands when its first line begins so.
PROGRAM = re.compile(r"(\$ )?(\S*/)?(pytest|vidconform|python3?|pip|st|export)( |$)")
# A block whose first line names the file that it is.
PLACED = re.compile(r"^```\w+\n(?:#|//) (tiny/\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_UNHURRIED = ("requests_per_second = 2.0", "requests_per_second = 200.0")


@dataclass(frozen=True)
class Command:
    """A command of a page, and the line on which it stands."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"

    @property
    def words(self) -> list[str]:
        """Its words, without the folder that its program lies in."""
        program, *rest = shlex.split(self.text)
        return [program.rpartition("/")[2], *rest]


def commands(page: str, text: str) -> Iterator[Command]:
    """Yield the commands of the blocks of a page."""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type in ("fence", "code_block") and token.map is not None:
            first = token.map[0] + (2 if token.type == "fence" else 1)
            yield from _of_block(page, first, token)


def _of_block(page: str, first: int, block: Token) -> Iterator[Command]:
    lines = block.content.splitlines()
    if block.info not in ("sh", "console") and not (block.info == "" and PROGRAM.match(lines[0])):
        yield from (Command(page, first + i, line) for i, line in enumerate(lines) if _is_stray(block.info, line))
        return
    waiting = ""
    for i, line in enumerate(lines):
        if block.info == "console" and not line.startswith("$ "):
            continue
        waiting += line.removeprefix("$ ").strip()
        if waiting.endswith("\\"):
            waiting = waiting.removesuffix("\\")
            continue
        told = re.sub(r"(^|\s+)#.*", "", waiting)
        yield from (Command(page, first + i, part) for part in told.split(" && ") if part)
        waiting = ""


def _is_stray(language: str, line: str) -> bool:
    """Whether a line is a command although its block does not say so."""
    return language in ("", "bash", "shell", "text") and PROGRAM.match(line) is not None


def commands_in_sentences(page: str, text: str) -> Iterator[Command]:
    """Yield what stands between backticks in a sentence or table and begins with a program of ours."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for token in tokens:
        for child in token.children or ():
            if child.type == "code_inline" and re.match(r"(vidconform|pytest) ", child.content):
                yield Command(page, token.map[0] + 1 if token.map else 0, child.content)


def acme_in(folder: Path) -> Path:
    """Copy the richer example of docs/providers.md, for a service that need not be spared."""
    shutil.copytree(ROOT / "docs" / "acme", folder / "acme")
    return _unhurried(folder / "acme")


def tiny_in(folder: Path) -> Path:
    """Write the files of the small example of docs/providers.md: each block whose first line names one."""
    for name, text in PLACED.findall((ROOT / "docs" / "providers.md").read_text("utf-8")):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return _unhurried(folder / "tiny")


def _unhurried(folder: Path) -> Path:
    file = folder / "provider.toml"
    file.write_text(file.read_text("utf-8").replace(*_UNHURRIED), "utf-8")
    return folder
