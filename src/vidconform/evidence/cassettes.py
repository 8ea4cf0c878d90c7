"""Recordings in vcrpy's format, one file a probe, with origin and date in the cassette's metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vidconform.contracts import Contract
from vidconform.errors import CassetteDamaged, CassetteMissing
from vidconform.evidence.evidence import Evidence, Gap
from vidconform.locations import data_folder
from vidconform.probes import Exchange, Headers, Reply, Request

FORMAT = "vidconform/cassette@1"


def cassette_path(contract: Contract, probe: str) -> Path:
    """Return where the recording of a probe lies; a provider outside specs/ keeps its own beside itself."""
    own = contract.provider.folder.parent == data_folder("specs")
    root = data_folder("cassettes") / contract.provider.name if own else contract.provider.folder / "cassettes"
    return root / contract.name / f"{probe}.yaml"


class Cassette:
    """A recording as read: requests with their replies, and metadata."""

    def __init__(self, path: Path, requests: list[Any], responses: list[Any], metadata: dict[str, Any]) -> None:
        self.path = path
        self.metadata = metadata
        times = metadata["at"]
        self.interactions = [
            (*_request_key(request), _reply(response), at)
            for request, response, at in zip(requests, responses, times, strict=True)
        ]

    @property
    def gaps(self) -> list[Gap]:
        """What the recorded probe could not do."""
        return [Gap(**gap) for gap in self.metadata["gaps"]]


def load_cassette(contract: Contract, probe: str) -> Cassette:
    """Return the recording of a probe; raises CassetteMissing, CassetteDamaged."""
    from vcr.persisters.filesystem import CassetteNotFoundError, FilesystemPersister
    from vcr.serializers import yamlserializer

    path, provider = cassette_path(contract, probe), contract.provider.name
    try:
        requests, responses, *metadata = FilesystemPersister.load_cassette(path, yamlserializer)
        if not metadata or metadata[0].get("format") != FORMAT:
            raise CassetteDamaged(path, f"its metadata is not {FORMAT}", provider)
        return Cassette(path, requests, responses, metadata[0])
    except CassetteNotFoundError as error:
        raise CassetteMissing(path, provider) from error
    except CassetteDamaged:
        raise
    except Exception as error:
        # yaml, vcrpy and zip raise a dozen types for the many ways in which a file can be broken.
        raise CassetteDamaged(path, _problem(error), provider) from error


def save_cassette(contract: Contract, evidence: Evidence, base_url: str) -> Path:
    """Write the recording of a probe; addresses of an emulator are replaced by a name that says so."""
    from vcr.persisters.filesystem import FilesystemPersister
    from vcr.request import Request as VcrRequest
    from vcr.serializers import yamlserializer

    path = cassette_path(contract, evidence.probe)
    shown = f"http://{contract.provider.name}.emulator.invalid" if evidence.origin == "emulated" else base_url
    hide = (base_url.encode(), shown.encode())
    cassette = {
        "requests": [
            VcrRequest(e.request.method, shown + e.request.target, e.request.body, dict(e.request.headers))
            for e in evidence.exchanges
        ],
        "responses": [_response(exchange, hide) for exchange in evidence.exchanges],
        "metadata": _metadata(evidence),
    }
    FilesystemPersister.save_cassette(path, cassette, yamlserializer)
    return path


def _metadata(evidence: Evidence) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "contract": evidence.contract,
        "probe": evidence.probe,
        "origin": evidence.origin,
        "recorded_at": evidence.at,
        "notes": evidence.notes,
        "gaps": [{"kind": gap.kind, "sentence": gap.sentence} for gap in evidence.gaps],
        "at": [exchange.at for exchange in evidence.exchanges],
    }


def _response(exchange: Exchange, hide: tuple[bytes, bytes]) -> dict[str, Any]:
    headers: dict[str, list[str]] = {}
    for name, value in exchange.reply.headers:
        headers.setdefault(name, []).append(value.replace(hide[0].decode(), hide[1].decode()))
    body = exchange.reply.body.replace(*hide)
    return {"status": {"code": exchange.reply.status, "message": ""}, "headers": headers, "body": {"string": body}}


def _reply(response: dict[str, Any]) -> Reply:
    headers: Headers = tuple((name, value) for name, values in response["headers"].items() for value in values)
    return Reply(response["status"]["code"], headers, response["body"]["string"])


def _request_key(request: Any) -> tuple[str, str, bytes]:
    parts = urlsplit(request.uri)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return request.method, target, request.body or b""


def request_key(request: Request) -> tuple[str, str, bytes]:
    """Return what makes two requests the same for a replay: method, target and body."""
    return request.method, request.target, request.body or b""


def _problem(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"{getattr(error, 'problem', 'unreadable')} at line {mark.line + 1}"
    return f"{type(error).__name__}: {str(error)[:200]}"
