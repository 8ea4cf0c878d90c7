"""Makes the tables of docs/own-client.md again: `python docs/make_clients.py`, where the package openai is installed.

Each client of tests/clients is run against every vice of a provider, which takes some minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "own-client.md"
CLIENTS = DOCS.parent / "tests" / "clients"
MARK = "<!-- What follows is made by `python docs/make_clients.py`. -->\n"
SETTINGS = ("VIDEO_URL={url}", "VIDEO_KEY={key}", "VIDEO_POLL_SECONDS=0.02", "VIDEO_PATIENCE_SECONDS=5",
            "OPENAI_BASE_URL={url}/v1", "OPENAI_API_KEY={key}")  # fmt: skip
PROVIDER = "openai"
TRIED = ("naive", "official_sdk", "careful")
WORDS = ("silently different", "never ended", "unaffected", "never met", "noticed")

Found = dict[str, dict[str, Any]]


def main() -> None:
    """Try the clients, and write what was found behind the mark."""
    found = {client: _tried(client) for client in TRIED}
    head = PAGE.read_text("utf-8").partition(MARK)[0]
    PAGE.write_text("\n".join([head + MARK, *_totals(found), "", *_vices(found)]) + "\n", "utf-8")


def _tried(client: str) -> Found:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.json"
        settings = [word for one in SETTINGS for word in ("--env", one)]
        command = f"-m vidconform client --provider={PROVIDER} --timeout=60 --json={file}".split()
        client_command = [sys.executable, str(CLIENTS / f"{client}.py")]
        done = subprocess.run([sys.executable, *command, *settings, "--", *client_command], check=False)  # noqa: S603 - ours
        if done.returncode not in (0, 1):
            sys.exit(done.returncode)
        return {one["vice"]: one for one in json.loads(file.read_text("utf-8"))["vices"]}


def _word(one: dict[str, Any]) -> str:
    return "never met" if one["shown"] is False and one["outcome"] == "unaffected" else str(one["outcome"])


def _totals(found: dict[str, Found]) -> list[str]:
    rows = []
    for client, vices in found.items():
        counts = Counter(map(_word, vices.values()))
        rows.append(f"| {client} | {' | '.join(str(counts[word]) for word in WORDS)} |")
    sdk = (
        f"All of it against the contract of {PROVIDER}; the official SDK is version {version('openai')} of its package."
    )
    return [f"| client | {' | '.join(WORDS)} |", f"|---|{'---|' * len(WORDS)}", *rows, "", sdk]


def _vices(found: dict[str, Found]) -> list[str]:
    """Return a row for each vice that one of the clients met, the worst first."""
    sentences = {name: one["sentence"] for name, one in found[TRIED[0]].items()}
    words = {name: [_word(vices[name]) for vices in found.values()] for name in sentences}
    met = sorted((name for name in words if set(words[name]) != {"never met"}), key=lambda name: _rank(words[name]))
    rows = [f"| `{name}` {sentences[name].replace('|', '/')} | {' | '.join(words[name])} |" for name in met]
    return [f"## Each vice of {PROVIDER} that one of them met", "", f"| vice | {' | '.join(found)} |",
            f"|---|{'---|' * len(found)}", *rows]  # fmt: skip


def _rank(words: list[str]) -> list[int]:
    return sorted(WORDS.index(word) for word in words)


if __name__ == "__main__":
    main()
