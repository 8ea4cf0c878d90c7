"""A run that is packed or lies in an object store, brought to this machine; and its results, taken back there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidconform.catalogue.bundle_files import EVIDENCE, LARGEST, RESULTS, unpack, write_files
from vidconform.catalogue.earlier_runs import EarlierRun
from vidconform.catalogue.object_storage import Place, read, remove, write
from vidconform.report import REJUDGED

_OF_RUN, _OF_RESULTS = (EVIDENCE, RESULTS), (RESULTS, REJUDGED)
# As much as is unpacked of a bundle.
_MOST = LARGEST[EVIDENCE]


@dataclass(frozen=True)
class Brought:
    """A run and what was judged of it, in folders of this machine; of a bundle also its `manifest`."""

    night: EarlierRun
    run: Path
    output: Path
    manifest: Mapping[str, Any] | None
    was_judged: bool

    def named(self, sentence: str) -> str:
        """Return a sentence about its files with the names that a user knows them by."""
        told = sentence.replace(str(self.run), str(self.night.folder))
        return told.replace(str(self.output), str(self.night.output))

    def take_back(self) -> None:
        """Write new results to where they belong; raises StorageRefused.

        What says that they are whole is written last, and what said it of earlier ones is removed first.
        """
        if isinstance(self.night.output, str):
            if self.was_judged:
                remove(f"{self.night.output}/{REJUDGED}")
            for name in _OF_RESULTS:
                write(f"{self.night.output}/{name}", (self.output / name).read_bytes())


def bring(night: EarlierRun, folder: Path) -> Brought:
    """Bring a run, and what was judged of it, into a folder; raises BundleRefused, StorageRefused, OSError."""
    run, output = folder / "run", night.output
    manifest, contents = unpack(night.folder) if night.is_bundle else (None, _of_folder(night.folder, _OF_RUN, _MOST))
    write_files(run, contents)
    if isinstance(output, str):
        known = _of_folder(output, _OF_RESULTS)
        output = folder / "out"
        write_files(output, known)
    return Brought(night, run, output, manifest, (output / REJUDGED).is_file())


def _of_folder(folder: Place, names: tuple[str, ...], most: int | None = None) -> dict[str, bytes]:
    if isinstance(folder, Path):
        return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    found = zip(names, read([f"{folder}/{name}" for name in names], most), strict=True)
    return {name: content for name, content in found if content is not None}
