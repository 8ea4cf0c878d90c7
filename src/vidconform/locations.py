"""Where the data of the project lies: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def data_folder(name: str) -> Path:
    """Return the folder `specs`, `suites` or `cassettes`."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _CHECKOUT / name
