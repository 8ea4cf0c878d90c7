"""Recordings in vcrpy's format, one file a probe; what that format has no place for stands in its metadata."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from vidconform.contracts import Contract, FileFormat, decode_yaml, read_text
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


def cassette_path(contract: Contract, probe: str) -> Path:
    """Return where the recording of a probe lies; a provider outside specs/ keeps its own beside itself."""
    provider = contract.provider
    root = data_folder("cassettes") / provider.name if provider.is_own else provider.folder / "cassettes"
    return root / contract.name / f"{probe}.yaml"


class Cassette:
    """A recording as read: exchanges, gaps and metadata; raises ValueError that names a wrong place."""

    def __init__(self, path: Path, content: Any) -> None:
        _check(content)
        self.path = path
        self.metadata: dict[str, Any] = content["metadata"]
        self.gaps = [decode_gap(gap) for gap in self.metadata["gaps"]]
        interactions, more = content["interactions"], _more(self.metadata)
        if len(more) != len(interactions):
            name = "at" if self.metadata["format"] == _FIRST else "exchanges"
            raise ValueError(f"metadata.{name}: {len(more)} entries for {len(interactions)} interactions")
        pairs = zip(interactions, more, strict=True)
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
    try:
        return Cassette(path, decode_yaml(read_text(path)))
    except Exception as error:
        # yaml alone raises a dozen types for the many ways in which a file can be broken.
        raise CassetteDamaged(path, _problem(error), provider) from error


def save_cassette(contract: Contract, evidence: RedactedEvidence, base_url: str, guard: Guard | None = None) -> Path:
    """Write the recording of a probe; addresses of an emulator are replaced by a name that says so.

    Raises SecretRefused where it would hold a secret of `guard`; an earlier recording then stays.
    """
    import yaml

    path = cassette_path(contract, evidence.probe)
    shown = f"http://{contract.provider.name}.emulator.invalid" if evidence.origin == "emulated" else base_url
    metadata = {
        "format": FORMAT,
        "base_url": shown,
        "contract": evidence.contract,
        "spec": contract.sha256,
        "probe": evidence.probe,
        "origin": evidence.origin,
        "recorded_at": evidence.at,
        "notes": evidence.notes,
        "gaps": [_renamed_gap(gap, base_url, shown) for gap in evidence.gaps],
    }
    pairs = [split(_renamed(exchange, base_url, shown), metadata) for _, exchange in evidence]
    content = {
        "version": 1,
        "interactions": [interaction for interaction, _ in pairs],
        "metadata": {**metadata, "exchanges": [rest for _, rest in pairs]},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # Unsorted, so that headers keep their order.
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    (guard or Guard()).write(path, yaml.dump(content, Dumper=dumper, sort_keys=False))
    return path


def _renamed(exchange: Exchange, base_url: str, shown: str) -> Json:
    """Return an encoded exchange in which one address stands for another; a body that is no text keeps its bytes."""
    value = encode(exchange)
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
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 at byte {error.start}"
    said = " ".join(str(error).split())[:300]
    return said if isinstance(error, ValueError) else f"unreadable ({type(error).__name__}: {said})"
