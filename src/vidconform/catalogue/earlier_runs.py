"""The runs of a history, folders of --report and bundles, each with its place below OUT."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from vidconform.catalogue.bundle_files import EVIDENCE, SUFFIX, first_contract_in
from vidconform.catalogue.object_storage import Place, find
from vidconform.errors import BadOption
from vidconform.store import first_contract

_OPTION = "NIGHTS"
_EXPECTED = f"a folder of --report with an {EVIDENCE}, a bundle (X{SUFFIX}), or a folder of such"


@dataclass(frozen=True)
class EarlierRun:
    """A run of an earlier day: the folder of its --report or its bundle, and the folder of its new results."""

    folder: Place
    output: Place
    is_bundle: bool = False


def find_nights(given: Sequence[Place], output: Place) -> list[EarlierRun]:
    """Return the runs below some folders, each with its place below `output`, which is made.

    Raises BadOption, StorageRefused.
    """
    found: dict[Place, bool] = {}
    for one in given:
        below = _stored(one) if isinstance(one, str) else _kept(one.resolve())
        if not below:
            raise BadOption(_OPTION, str(one), _EXPECTED)
        found |= below
    base = _base([one if isinstance(one, str) else one.resolve() for one in given], found)
    nights = [EarlierRun(one, _below(output, base, one, found[one]), found[one]) for one in _by_vendor(found)]
    _check_apart(nights)
    _check_output(nights, output)
    return nights


def _kept(root: Path) -> dict[Place, bool]:
    """Return the runs and bundles below a folder of this machine, and of each whether it is a bundle."""
    if root.is_file():
        return {root: True} if root.suffix == SUFFIX else {}
    found: dict[Place, bool] = {}
    for folder, _, names in os.walk(root):
        found |= {Path(folder, name): True for name in names if name.endswith(SUFFIX)}
        found |= {Path(folder): False for name in names if name == EVIDENCE}
    return found


def _stored(root: str) -> dict[Place, bool]:
    names = find(root)
    found: dict[Place, bool] = {name: True for name in names if name.endswith(SUFFIX)}
    return found | {name.removesuffix(f"/{EVIDENCE}"): False for name in names if name.endswith(f"/{EVIDENCE}")}


def _by_vendor(found: dict[Place, bool]) -> list[Place]:
    """Return some runs vendor by vendor, as far as they tell it, so that contracts are read once.

    In a store each would have to be fetched for it: there they come in the order of their names.
    """
    return sorted(found, key=lambda one: (_contract(one, found[one]), str(one)))


def _contract(one: Place, is_bundle: bool) -> str:
    if isinstance(one, str):
        return ""
    return first_contract_in(one) if is_bundle else first_contract(one)


def _base(given: Sequence[Place], found: Iterable[Place]) -> PurePath:
    """Return the folder that the places of runs are told from: the same one when there are more runs in it."""
    if len(given) == 1 and given[0] not in found:
        return PurePath(given[0])
    try:
        return PurePath(os.path.commonpath([PurePath(one).parent for one in given]))
    except ValueError as error:
        raise BadOption(_OPTION, str(given[0]), "folders of one file system, or of one bucket") from error


def _below(output: Place, base: PurePath, one: Place, is_bundle: bool) -> Place:
    place = PurePath(one).relative_to(base)
    # The name of an object may hold what would lead out of a folder.
    if ".." in place.parts:
        raise BadOption(_OPTION, str(one), "names without ..")
    place = place.with_suffix("") if is_bundle else place
    return f"{output}/{place.as_posix()}" if isinstance(output, str) else output / place


def _check_apart(nights: Iterable[EarlierRun]) -> None:
    taken: dict[Place, Place] = {}
    for night in nights:
        if taken.setdefault(night.output, night.folder) != night.folder:
            expected = f"each run once; {taken[night.output]} would be written to the same place below OUT"
            raise BadOption(_OPTION, str(night.folder), expected)


def _keeps_evidence(output: Place, names: Collection[str]) -> bool:
    return (output / EVIDENCE).exists() if isinstance(output, Path) else f"{output}/{EVIDENCE}" in names


def _check_output(nights: Iterable[EarlierRun], output: Place) -> None:
    """Raise BadOption for an OUT in which results would be written over evidence, or nothing could be written."""
    names = set(find(output)) if isinstance(output, str) else set[str]()
    kept = next((night.output for night in nights if _keeps_evidence(night.output, names)), None)
    if kept is not None:
        raise BadOption("-o", str(output), f"a folder that keeps no evidence; {kept} does, and would be written over")
    if isinstance(output, Path):
        try:
            output.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadOption("-o", str(output), f"a folder to write to ({error.strerror})") from error
