"""The known deviations of a run: those listed beside the providers, one's own, and entries for what is new."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from vidconform.contracts import Contract, Deviation, check_twice, own_deviations, read_deviations, refutations
from vidconform.errors import BadOption, DataFileProblem, SecretRefused
from vidconform.redaction import Guard
from vidconform.run.options import RunOptions
from vidconform.verdicts import KnownDeviations

Row = Mapping[str, Any]


def known_deviations(options: RunOptions, contracts: Sequence[Contract]) -> KnownDeviations:
    """Return the entries about some contracts, one's own before those beside the providers; raises DataFileProblem."""
    today = datetime.now(UTC).date()
    providers = {contract.provider.name: contract.provider for contract in contracts}.values()
    files = [read_deviations(path, contracts) for path in options.deviations]
    files += [own_deviations(provider, [c for c in contracts if c.provider is provider]) for provider in providers]
    for entries in files:
        check_twice(entries, contracts, today)
    if options.write_deviations is not None:
        check_writable(options.write_deviations, contracts)
    files += [refutations(contract) for contract in contracts]
    return KnownDeviations([entry for entries in files for entry in entries], today)


def check_writable(path: Path, contracts: Sequence[Contract]) -> None:
    """Raise BadOption or DataFileProblem for a file that could not take an entry at the end of the run."""
    if path.is_dir() or not path.parent.is_dir():
        raise BadOption("--write-deviations", str(path), "a file in a folder that exists")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise BadOption("--write-deviations", str(path), "a file that can be written")
    if path.exists():
        read_deviations(path, contracts)
        _check_extensible(path)


def _check_extensible(path: Path) -> None:
    """Raise DataFileProblem for a file that an entry behind it would break: `deviation = []` cannot be gone on with."""
    try:
        tomllib.loads(path.read_text("utf-8-sig") + "\n[[deviation]]\n")
    except tomllib.TOMLDecodeError as error:
        told = "no entry can be added; write each one under its own [[deviation]]"
        raise DataFileProblem(path, f"{told} ({error})") from error


def entry_of(row: Row, today: date) -> dict[str, Any]:
    """Return an entry for a verdict, as a results.jsonl has it, that nobody has explained yet."""
    return {
        "contract": row["contract"],
        "requirement": row["requirement"],
        "subject": row["subject"],
        "reason": f"not explained yet: expected {row['expected']}, received {row['received']}",
        "since": today,
    }


def as_toml(rows: Iterable[Row]) -> str:
    """Return ready-made entries for some verdicts, each preceded by an empty line."""
    import tomli_w

    today = datetime.now(UTC).date()
    return "".join(f"\n[[deviation]]\n{tomli_w.dumps(entry_of(row, today))}" for row in rows)


def describe_entries(path: Path | None, rows: Sequence[Row], contracts: Sequence[Contract], guard: Guard) -> list[str]:
    """Return where entries for some new failures were written, or why not with what they say, or how to have them."""
    if path is not None:
        try:
            return [f"{path}: {_pluralise_entries(write_entries(path, rows, contracts, guard))}"]
        except SecretRefused as refused:
            return [str(refused)]
        except OSError as error:
            return [f"{path}: not written: {error.strerror}", *_ready_made(rows)]
    told = "To expect it from now on, explained: --write-deviations=FILE writes an entry for each, for --deviations"
    return [told] if rows else []


def _ready_made(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    return ["To expect it from now on, explained, in a file for --deviations:", *as_toml(rows).splitlines()]


def write_entries(path: Path, rows: Sequence[Row], contracts: Sequence[Contract], guard: Guard) -> int:
    """Add entries to a file, except for what one in force there lists already; return how many are new.

    Raises SecretRefused where one would hold a secret of `guard`; none is added then.
    """
    today = datetime.now(UTC).date()
    listed = read_deviations(path, contracts) if path.exists() else []
    new = [row for row in rows if not any(_lists(entry, row, contracts, today) for entry in listed)]
    guard.append(path, as_toml(new))
    return len(new)


def _pluralise_entries(entries: int) -> str:
    return f"{entries} new {'entry' if entries == 1 else 'entries'} written" if entries else "nothing new to write"


def _lists(entry: Deviation, row: Row, contracts: Iterable[Contract], today: date) -> bool:
    contract = next(contract for contract in contracts if contract.id == row["contract"])
    return entry.is_about(contract, row["requirement"], row["subject"]) and not entry.has_expired(today)
