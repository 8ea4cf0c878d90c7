"""results.jsonl: one JSON object a line, written and flushed as verdicts fall, so that a killed run stays readable."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any

from vidconform import __version__
from vidconform.errors import BadOption, WriteFailed
from vidconform.exchange import timestamp
from vidconform.ledger import check_room
from vidconform.redaction import Guard, open_regular
from vidconform.store import clear, forget

FORMAT = "vidconform/results@1"
_NAME = "results.jsonl"
SCHEMA = Path(__file__).parent / "results.schema.json"


def check_folder(folder: Path) -> None:
    """Raise BadOption for a folder that takes no results; what an earlier run left there stays as it is."""
    path = folder / _NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        # A link makes way for the results; what it leads to stays.
        if not path.is_symlink():
            os.close(open_regular(path, "a"))
        if is_new:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _no_folder(folder, error) from error
    check_room("--report", folder)


def _no_folder(folder: Path, error: OSError, option: str = "--report") -> BadOption:
    return BadOption(option, str(folder), f"a folder to write to ({error.strerror})")


class ResultsWriter:
    """Writes the results of one run into a folder, without a secret of `guard`; raises BadOption when it cannot.

    Each line is written before the next is made. Those that come `at_once` are written whole or raise OSError.
    """

    def __init__(self, folder: Path, guard: Guard | None = None, at_once: bool = False) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            clear(folder)
            forget(folder)
            self._file = os.fdopen(open_regular(folder / _NAME, "w"), "w", encoding="utf-8")
        except OSError as error:
            raise _no_folder(folder, error, "--output" if at_once else "--report") from error
        self.folder, self._guard, self._at_once = folder, guard or Guard(), at_once
        self._path = folder / _NAME
        self._verdicts = 0

    def start(self, mode: str, judging: str = "", started_at: str | None = None) -> None:
        """Write the header; `judging` is the SHA-256 of what judges, a run that began earlier says when."""
        line = {"kind": "run", "format": FORMAT, "version": __version__, "mode": mode}
        told = {"judging": judging} if judging else {}
        self._write({**line, "started_at": started_at or timestamp(), **told})

    def provider(
        self,
        name: str,
        base_url: str,
        contracts: Mapping[str, Mapping[str, str]],
        title: str = "",
        creation_price: float | None = None,
        whose: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a line for a provider of the run; `contracts` has the edition of each, `creation_price` is in USD.

        `whose` is its version, and whose contracts it is held to, where that is not plain.
        """
        line = {"kind": "provider", "provider": name, **(whose or {}), "base_url": base_url}
        line |= {"contracts": list(contracts)}
        # A list: jsonschema-rs takes a lone surrogate as a value, and fails at one in a name.
        editions = [{"contract": contract, **edition} for contract, edition in contracts.items()]
        self._write({**line, "title": title or name, "creation_price": creation_price, "editions": editions})

    def verdict(self, verdict: Mapping[str, Any]) -> None:
        """Write a verdict; one by a contract that is not the service's own is not counted."""
        self._verdicts += self._write(verdict) and verdict["kind"] == "verdict"

    def end(
        self,
        cost: Mapping[str, Any],
        exit_code: int,
        answered: Sequence[str] | None = None,
        remedies: Sequence[Mapping[str, str]] = (),
        finished_at: str | None = None,
    ) -> None:
        """Write the footer; a file without it is a truncated run.

        `answered` are the contracts that gave a reply, `remedies` what the owner of a key has to mend; a run that ended
        earlier says when.
        """
        line = {"kind": "end", "finished_at": finished_at or timestamp(), "verdicts": self._verdicts}
        line |= {"cost": cost, "exit": exit_code}
        more = {"answered": list(answered)} if answered is not None else {}
        self._write({**line, **more, **({"remedies": list(remedies)} if remedies else {})})
        # What could not be written stays in its buffer, and has been told.
        with nullcontext() if self._at_once else suppress(OSError):
            self._file.close()

    def _write(self, line: Mapping[str, Any]) -> bool:
        text = self._guard.line(self._path, line)
        try:
            self._file.write(text)
            if not self._at_once:
                self._file.flush()
        except OSError as error:
            if self._at_once:
                with suppress(OSError):
                    self._file.close()
                raise
            self._guard.note(WriteFailed(self._path, str(error.strerror)))
        return bool(text)
