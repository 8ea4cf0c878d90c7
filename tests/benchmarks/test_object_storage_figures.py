"""What a night costs as a bundle, on a disk and in an object store; `python -m tests.benchmarks.figures -k store`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.benchmarks import processor_time
from tests.support.kept_nights import write_nights
from tests.support.object_store import ObjectStore, object_store
from tests.support.rejudging import again
from vidconform.catalogue.packing import write_bundle

pytestmark = pytest.mark.skipif("not config.pluginmanager.has_plugin('benchmark')", reason="pass -p benchmark")

Record = Callable[[str, object], None]

VENDORS, NIGHTS = 2, 60


@pytest.fixture
def store() -> Iterator[ObjectStore]:
    with object_store() as one:
        yield one


@pytest.mark.slow
def test_a_night_as_a_bundle_in_an_object_store(tmp_path: Path, store: ObjectStore, record_property: Record) -> None:
    fleet, bundles = write_nights(tmp_path / "kept", VENDORS, NIGHTS), tmp_path / "bundles"
    for run in sorted(path.parent for path in fleet.nights.rglob("evidence.jsonl")):
        into = bundles / run.name / f"{run.parent.name}.vidconform"
        into.parent.mkdir(parents=True, exist_ok=True)
        write_bundle(run, into)
    specs = [word for one in fleet.specs for word in ("--provider", one)]
    url = store.put(bundles, "nights")

    def milliseconds(nights: Path | str, out: Path | str, said: str) -> float:
        """Return what a call takes of CPU for each night, without what it takes for none."""
        spent = []
        for some in (f"{nights}/vendor000/000.vidconform", nights):
            before = processor_time.of_children()
            found = again(some, "-o", f"{out}-one" if some != nights else out, "--jobs=1", *specs, **store.environ)
            spent.append(processor_time.of_children() - before)
        assert said in found.stdout, found.stderr
        return 1000 * (spent[1] - spent[0]) / (fleet.runs - 1)

    new, unchanged = f"{fleet.runs} judged again, 0 as before", f"0 judged again, {fleet.runs} as before"
    disk = [milliseconds(bundles, tmp_path / "out", said) for said in (new, unchanged)]
    there = [milliseconds(url, f"{store.url}/out", said) for said in (new, unchanged)]
    told = (f"{again_:.0f} ms of CPU, {as_before:.1f} ms where nothing changed" for again_, as_before in (there, disk))
    record_property("measured", "; on a disk ".join(told))
    record_property("at most", "1.5 of a disk's to judge")
    assert there[0] < 1.5 * disk[0]
