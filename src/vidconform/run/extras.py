"""The packages that few runs need, and that are asked for before anything of a run is done."""

from __future__ import annotations

from importlib.util import find_spec

from vidconform.errors import MissingExtra


def check_extra(option: str, package: str, extra: str) -> None:
    """Raise MissingExtra where a package that an option needs is not installed; none is loaded for that."""
    if find_spec(package) is None:
        raise MissingExtra(option, package, extra)
