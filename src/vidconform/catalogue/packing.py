"""A run made into a bundle: its evidence and verdicts, who was asked, when, and by which contracts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vidconform.catalogue.bundle_files import EVIDENCE, RESULTS, SUFFIX, pack
from vidconform.catalogue.object_storage import Place
from vidconform.contracts import read_text
from vidconform.errors import BadOption, SecretRefused
from vidconform.exchange import Evidence
from vidconform.redaction import Guard, Redactor, environment_guard, write_whole
from vidconform.report import Run, read_run
from vidconform.store import LOST, read_journal


def write_bundle(run: Path, output: Path) -> dict[str, Any]:
    """Write the bundle of a run and return its manifest; raises BadOption, SecretRefused, ResultsRefused."""
    if output.suffix != SUFFIX:
        raise BadOption("-o", str(output), f"a name that ends with {SUFFIX}, by which reports know a bundle")
    for name in (EVIDENCE, RESULTS):
        if not (run / name).is_file():
            raise BadOption("RUN", str(run), f"the folder of a run's --report, with an {EVIDENCE} and a {RESULTS}")
    old, gathered = read_run(run / RESULTS), [one for one in read_journal(run) if one.kind != "document"]
    contents = {name: read_text(run / name).encode() for name in (EVIDENCE, RESULTS)}
    check_secrets(output, contents.values(), gathered, environment_guard(old.served))
    manifest = describe_run(old, gathered)
    _check_whole(run, old, manifest, gathered)
    try:
        write_whole(output, pack(manifest, contents))
    except OSError as error:
        raise BadOption("-o", str(output), f"a file that can be written ({error.strerror})") from error
    return manifest


def describe_run(old: Run, gathered: Iterable[Evidence]) -> dict[str, Any]:
    """Return what the manifest of a run says of it, beside the hashes of its files."""
    gathered = list(gathered)
    times, origins = sorted(one.at for one in gathered if one.at), {one.origin for one in gathered}
    asked = [{"provider": o.name, "title": o.title, "base_url": o.base_url} for o in old.served.values()]
    return {
        "version": old.version,
        "judging": old.judging,
        "providers": asked,
        "contracts": {one.contract: one.spec for one in gathered},
        "origins": sorted(origins),
        "from": times[0] if times else "",
        "to": times[-1] if times else "",
        "exchanges": sum(len(one.exchanges) for one in gathered),
    }


def _check_whole(run: Path, old: Run, manifest: Mapping[str, Any], gathered: Iterable[Evidence]) -> None:
    """Raise BadOption for a run of which something is missing: nobody could tell it from what was taken out later."""
    if old.is_truncated:
        raise BadOption("RUN", str(run), f"a run with all of its verdicts; its {RESULTS} has no end: it was cut off")
    lost = next((one.probe for one in gathered if any(gap.sentence == LOST for gap in one.gaps)), None)
    if lost is not None or not manifest["contracts"] or not all(manifest["contracts"].values()):
        what = (
            f"a part of the probe {lost} is missing" if lost else "it does not say by which contracts it was gathered"
        )
        raise BadOption("RUN", str(run), f"a run with all of its evidence; {what}")


def check_secrets(path: Place, contents: Iterable[bytes], gathered: Iterable[Evidence], guard: Guard) -> None:
    """Raise SecretRefused for a key of the environment, or a credential that redaction would have taken out."""
    for content in contents:
        variable = guard.variable_in(content)
        if variable is not None:
            raise SecretRefused(path, variable)
    redactor = Redactor([])
    for one in gathered:
        if redactor.evidence(one) != one:
            raise SecretRefused(path, f"a credential of the probe {one.probe}, which is no environment variable's")
