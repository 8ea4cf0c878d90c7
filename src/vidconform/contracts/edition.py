"""Which text of a document a contract was made from."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path

from vidconform.contracts.bounded_reading import check_regular


@dataclass(frozen=True)
class Edition:
    """A document as it was read: title, ISO date, SHA-256 of its file in hexadecimal, address, name of the file."""

    document: str
    read: str | None = None
    sha256: str | None = None
    url: str | None = None
    file: str | None = None

    def as_dict(self) -> dict[str, str]:
        """Return what is known of it, as `list --json` and results.jsonl have it."""
        return {name: value for name, value in asdict(self).items() if value is not None and name != "file"}

    def path(self, folder: Path) -> Path | None:
        """Return where the file would be in a folder, or None where the contract names none."""
        return None if self.file is None else folder / self.file

    def difference(self, path: Path) -> str | None:
        """Return the sentence that a file is not the one that was read, or None where it is."""
        try:
            check_regular(path)
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except (OSError, ValueError) as error:
            return f"{path} cannot be read: {error}"
        if found == self.sha256:
            return None
        hashes = f"its SHA-256 begins with {found[:12]}, expected {str(self.sha256)[:12]}"
        return f"{path} is not the text that was read on {self.read}: {hashes}; read it again"
