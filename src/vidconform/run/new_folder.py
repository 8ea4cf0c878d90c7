"""Begins the folder of a provider: drafts it, writes it where nothing was, and loads it."""

from __future__ import annotations

import re
from pathlib import Path

from vidconform.contracts import find_provider, format_files, load_contracts
from vidconform.errors import BadOption
from vidconform.redaction import environment_guard
from vidconform.run.bindings import check_bindings


def begin_folder(name: str, source: Path | None, folder: Path) -> list[str]:
    """Write the folder of a provider, from its OpenAPI document if there is one, and return what could not be taken.

    Raises BadOption, DataFileProblem.
    """
    from vidconform.contracts.drafting import draft

    if re.fullmatch(r"[a-z][a-z0-9-]*", name) is None:
        raise BadOption("PROVIDER", name, "small letters, digits and hyphens, a letter first")
    made = draft(name, source)
    _write(folder, made.files)
    for contract in load_contracts(find_provider(str(folder.absolute()))):
        check_bindings(contract)
    return made.remarks


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write a folder that was not there, with the formats that its files name for editors."""
    guard = environment_guard()
    texts = {**files, **{f"formats/{file.name}": file.read_text("utf-8") for file in format_files()}}
    for name, text in texts.items():
        # All of them first, so that no half of a folder is left.
        guard.checked(folder / name, text)
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise BadOption("--output", str(folder), "a folder that is not there yet, since none is written over") from None
    except OSError as error:
        raise BadOption("--output", str(folder), f"a folder to write to ({error.strerror})") from error
    for name, text in texts.items():
        (folder / name).parent.mkdir(exist_ok=True)
        guard.write(folder / name, text)
