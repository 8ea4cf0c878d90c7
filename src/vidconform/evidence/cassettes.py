"""Recordings in vcrpy's format, one file a probe, with origin and date in the cassette's metadata."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vidconform.contracts import Contract
from vidconform.errors import CassetteDamaged, CassetteMissing
from vidconform.evidence.checking import check_cassette
from vidconform.evidence.evidence import Evidence, Gap
from vidconform.guard import Guard
from vidconform.locations import data_folder
from vidconform.probes import Exchange, Redactor, Reply, Request

FORMAT = "vidconform/cassette@1"

_UNSIGNED = Redactor([])


def cassette_path(contract: Contract, probe: str) -> Path:
    """Return where the recording of a probe lies; a provider outside specs/ keeps its own beside itself."""
    provider = contract.provider
    root = data_folder("cassettes") / provider.name if provider.is_own else provider.folder / "cassettes"
    return root / contract.name / f"{probe}.yaml"


class Cassette:
    """A recording as read: requests with their replies, and metadata; raises ValueError that names a wrong place."""

    def __init__(self, path: Path, content: Any) -> None:
        check_cassette(content, FORMAT)
        self.path = path
        self.metadata: dict[str, Any] = content["metadata"]
        self.gaps = [Gap(gap["kind"], gap["sentence"]) for gap in self.metadata["gaps"]]
        cut = self.metadata.get("cut", [])
        self.interactions = [
            (*_recorded_key(one["request"], self.metadata), _reply(one["response"], index in cut), at)
            for index, (one, at) in enumerate(zip(content["interactions"], self.metadata["at"], strict=True))
        ]
        self._headers = [one["request"].get("headers", {}) for one in content["interactions"]]

    @property
    def requests(self) -> list[Request]:
        """The requests as they were sent, in order, without the address."""
        return [
            Request(method, "", target, tuple((name, value[0]) for name, value in headers.items()), body or None)
            for (method, target, body, *_), headers in zip(self.interactions, self._headers, strict=True)
        ]


def load_cassette(contract: Contract, probe: str) -> Cassette:
    """Return the recording of a probe; raises CassetteMissing, CassetteDamaged."""
    path, provider = cassette_path(contract, probe), contract.provider.argument
    if not path.is_file():
        raise CassetteMissing(path, provider)
    try:
        return Cassette(path, _parse(path.read_text("utf-8")))
    except Exception as error:
        # yaml alone raises a dozen types for the many ways in which a file can be broken.
        raise CassetteDamaged(path, _problem(error), provider) from error


def _parse(text: str) -> Any:
    """Read plain YAML without vcrpy, whose import takes longer than a recorded run; its own tags need its loader."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return yaml.load(text, Loader=loader)  # noqa: S506 - the C twin of the safe loader
    except yaml.constructor.ConstructorError:
        from vcr.serializers import yamlserializer

        return yamlserializer.deserialize(text)


def save_cassette(contract: Contract, evidence: Evidence, base_url: str, guard: Guard | None = None) -> Path:
    """Write the recording of a probe; addresses of an emulator are replaced by a name that says so.

    Raises SecretRefused where it would hold a secret of `guard`; an earlier recording then stays.
    """
    from vcr.request import Request as VcrRequest
    from vcr.serialize import serialize
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
        "metadata": _metadata(evidence, shown),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    (guard or Guard()).write(path, serialize(cassette, yamlserializer))
    return path


def _metadata(evidence: Evidence, base_url: str) -> dict[str, Any]:
    cut = [index for index, exchange in evidence if exchange.reply.cut]
    return {
        "format": FORMAT,
        "base_url": base_url,
        "contract": evidence.contract,
        "probe": evidence.probe,
        "origin": evidence.origin,
        "recorded_at": evidence.at,
        "notes": evidence.notes,
        "gaps": [{"kind": gap.kind, "sentence": gap.sentence} for gap in evidence.gaps],
        "at": [exchange.at for exchange in evidence.exchanges],
        **({"cut": cut} if cut else {}),
    }


def _response(exchange: Exchange, hide: tuple[bytes, bytes]) -> dict[str, Any]:
    headers: dict[str, list[str]] = {}
    # The file's order is the alphabet's; under one spelling the values of a header keep their own.
    spelled = {name.lower(): name for name, _ in reversed(exchange.reply.headers)}
    for name, value in exchange.reply.headers:
        headers.setdefault(spelled[name.lower()], []).append(value.replace(hide[0].decode(), hide[1].decode()))
    body = exchange.reply.body.replace(*hide)
    return {"status": {"code": exchange.reply.status, "message": ""}, "headers": headers, "body": {"string": body}}


def _reply(response: dict[str, Any], cut: bool) -> Reply:
    pairs = tuple((name, value) for name, values in response["headers"].items() for value in values)
    return Reply(response["status"]["code"], pairs, _raw(response["body"]["string"]), cut)


def _recorded_key(request: dict[str, Any], metadata: dict[str, Any]) -> tuple[str, str, bytes]:
    parts = urlsplit(request["uri"])
    base_url = metadata.get("base_url", f"{parts.scheme}://{parts.netloc}")
    return request["method"], request["uri"].removeprefix(base_url), _raw(request["body"])


def _raw(body: str | bytes | None) -> bytes:
    """Return a body's bytes; vcrpy writes those that are UTF-8 as text."""
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body or b""


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
