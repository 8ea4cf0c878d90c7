"""Recordings in vcrpy's format, one file a probe; what that format has no place for stands in its metadata."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from vidconform.contracts import Contract, FileFormat, Provider, decode_yaml, is_subject, open_bounded
from vidconform.errors import CassetteDamaged, CassetteMissing
from vidconform.exchange import (
    FORMATS,
    Exchange,
    Gap,
    Json,
    RedactedEvidence,
    Request,
    decode,
    decode_gap,
    encode,
    encode_gap,
)
from vidconform.locations import data_folder
from vidconform.redaction import Guard, Redactor
from vidconform.store.cassette_interactions import joined, split

FORMAT = "vidconform/cassette@2"

_FIRST = "vidconform/cassette@1"
_SCHEMA = FileFormat(FORMATS / "cassette.schema.json")
_UNSIGNED = Redactor([])
_EXCHANGES = "metadata:\n  exchanges:\n"


def cassette_path(contract: Contract, probe: str) -> Path:
    """Return where the recording of a probe lies; a provider outside specs/ keeps its own beside itself."""
    provider = contract.provider
    beside = provider.folder / "cassettes"
    own = beside if provider.version is None else beside / provider.name
    root = data_folder("cassettes") / provider.name if provider.is_own else own
    return root / contract.name / f"{probe}.yaml"


def recorded_versions(provider: Provider) -> list[str]:
    """Return the versions of a provider that there are cassettes of, the empty one for those without a version."""
    root = data_folder("cassettes") if provider.is_own else provider.folder / "cassettes"
    plain = root / provider.name if provider.is_own else root
    names = sorted(found.name for found in root.glob(f"{provider.name}@*") if is_subject(found.name))
    has_plain = any((plain / name).is_dir() for name in provider.contract_names)
    return ([""] if has_plain else []) + [name.partition("@")[2] for name in names]


class Cassette:
    """A recording as read: exchanges, gaps and metadata; raises ValueError that names a wrong place.

    It takes what `content` holds of exchanges out of it.
    """

    def __init__(self, path: Path, content: Any) -> None:
        _check(content)
        self.path = path
        self.metadata: dict[str, Any] = content["metadata"]
        self.gaps = [decode_gap(gap) for gap in self.metadata["gaps"]]
        interactions, more = content["interactions"], _more(self.metadata)
        if len(more) != len(interactions):
            name = "at" if self.metadata["format"] == _FIRST else "exchanges"
            raise ValueError(f"metadata.{name}: {len(more)} entries for {len(interactions)} interactions")
        interactions.reverse()
        more.reverse()
        # What was read goes as it is decoded: both together would be twice the recording.
        pairs = ((interactions.pop(), more.pop()) for _ in range(len(more)))
        self.exchanges = [decode(joined(one, rest, self.metadata)) for one, rest in pairs]


def _check(content: Any) -> None:
    if content is None:
        raise ValueError("empty")
    if not isinstance(content, dict):
        raise ValueError("expected interactions and metadata")
    metadata = content.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("format") not in (_FIRST, FORMAT):
        # They are written last; a file that was cut short has none.
        raise ValueError(f"no metadata of {FORMAT} at its end")
    _SCHEMA.check(content)


def _more(metadata: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what the metadata say of each exchange; of the first format they say little."""
    if metadata["format"] == FORMAT:
        found: list[dict[str, Any]] = metadata["exchanges"]
        return found
    unknown = {"step": "", "role": "", "task_id": None, "credential": "", "elapsed": 0.0}
    cut = metadata.get("cut", [])
    return [{**unknown, "at": at, "reply": {"cut": index in cut}} for index, at in enumerate(metadata["at"])]


def load_cassette(contract: Contract, probe: str) -> Cassette:
    """Return the recording of a probe; raises CassetteMissing, CassetteDamaged."""
    path, provider = cassette_path(contract, probe), contract.provider.argument
    if not path.is_file():
        raise CassetteMissing(path, provider)
    return read_cassette(path, provider)


def read_cassette(path: Path, provider: str) -> Cassette:
    """Return the recording in a file; `provider` is named where it is damaged. Raises CassetteDamaged."""
    try:
        with open_bounded(path) as file:
            return Cassette(path, decode_yaml(file))
    except Exception as error:
        # yaml alone raises a dozen types for the many ways in which a file can be broken.
        raise CassetteDamaged(path, _problem(error), provider) from error


def save_cassette(
    contract: Contract, evidence: RedactedEvidence, base_url: str, guard: Guard | None = None, command: str = ""
) -> Path:
    """Write the recording of a probe; addresses of an emulator are replaced by a name that says so.

    `command` is what recorded it.
    Raises SecretRefused where it would hold a secret of `guard`; an earlier recording then stays.
    """
    path = cassette_path(contract, evidence.probe)
    path.parent.mkdir(parents=True, exist_ok=True)
    (guard or Guard()).write(path, cassette_text(contract, evidence, base_url, command))
    return path


def cassette_text(contract: Contract, evidence: RedactedEvidence, base_url: str, command: str = "") -> str:
    """Return the recording of a probe as its file holds it."""
    shown = f"http://{contract.provider.stem}.emulator.invalid" if evidence.origin == "emulated" else base_url
    metadata = {
        "format": FORMAT,
        "base_url": shown,
        "contract": evidence.contract,
        "spec": contract.sha256,
        "probe": evidence.probe,
        **_subject(contract.provider),
        "origin": recorded_origin(evidence.origin),
        "recorded_at": evidence.at,
        **({"command": command} if command else {}),
        "notes": evidence.notes,
        "gaps": [_renamed_gap(gap, base_url, shown) for gap in evidence.gaps],
    }
    pairs = (split(_renamed(exchange, base_url, shown), metadata) for _, exchange in evidence)
    return _text(pairs, metadata)


def _text(pairs: Iterable[tuple[Json, Json]], metadata: dict[str, Any]) -> str:
    """Return the text of a cassette, made one exchange after the other: the tree of them all is twenty times that."""
    interactions, more = io.StringIO(), io.StringIO()
    for interaction, rest in pairs:
        interactions.write(_dumped([interaction]))
        more.write(_dumped({"metadata": {"exchanges": [rest]}}).removeprefix(_EXCHANGES))
    if not interactions.tell():
        return _dumped({"version": 1, "interactions": [], "metadata": {**metadata, "exchanges": []}})
    head, tail = _dumped({"version": 1}), _dumped({"metadata": metadata})
    told = _EXCHANGES.removeprefix("metadata:\n")
    return "".join((head, "interactions:\n", interactions.getvalue(), tail, told, more.getvalue()))


def _dumped(value: Any) -> str:
    import yaml

    # Unsorted, so that headers keep their order.
    return yaml.dump(value, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False)


def _subject(provider: Provider) -> dict[str, Any]:
    known = provider.version is not None
    return {"subject": {"name": provider.stem, "version": provider.version}} if known else {}


def recorded_origin(origin: str) -> str:
    """Return the origin of what stands in a file: a service's own reply is no longer live there."""
    return "recorded" if origin == "live" else origin


def _renamed(exchange: Exchange, base_url: str, shown: str) -> Json:
    """Return an encoded exchange in which one address stands for another; a body that is no text keeps its bytes."""
    value = {**encode(exchange), "origin": recorded_origin(exchange.origin)}
    value["request"]["base_url"] = shown
    value["reply"] = json.loads(json.dumps(value["reply"]).replace(base_url, shown))
    return encode(decode(value))


def _renamed_gap(gap: Gap, base_url: str, shown: str) -> Json:
    exchange = {} if gap.exchange is None else {"exchange": _renamed(gap.exchange, base_url, shown)}
    return {**encode_gap(replace(gap, exchange=None)), **exchange}


def request_key(request: Request) -> tuple[str, str, bytes]:
    """Return what makes two requests the same for a replay: method, target and body, as they are recorded."""
    return request.method, _UNSIGNED.text(request.target), _UNSIGNED.body(request.body or b"")


def _problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"{getattr(error, 'problem', 'unreadable')} at line {mark.line + 1}"
    if "UTF-8" in str(getattr(error, "reason", "")):
        return f"not UTF-8 at byte {getattr(error, 'position', 0)}"
    said = " ".join(str(error).split())[:300]
    return said if isinstance(error, ValueError) else f"unreadable ({type(error).__name__}: {said})"
