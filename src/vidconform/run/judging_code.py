"""Which code judges: a verdict on the same evidence, by the same contract and the same code, is the same."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from vidconform.locations import data_folder

_ROOMS = ("contracts", "exchange", "laws", "probes", "run", "store", "verdicts")
_SUFFIXES = (".json", ".py", ".toml")


@cache
def judging_sha256() -> str:
    """Return the SHA-256 (hexadecimal) over the laws of suites/ and the files of the rooms that judge by them."""
    package = Path(__file__).resolve().parents[1]
    digest = sha256()
    for folder in (*(package / room for room in _ROOMS), data_folder("suites")):
        for path in sorted(one for one in folder.rglob("*") if one.suffix in _SUFFIXES):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()
