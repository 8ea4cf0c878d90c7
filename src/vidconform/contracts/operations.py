"""The operations of a contract, read from its OpenAPI document by role."""

from __future__ import annotations

from base64 import b64decode
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from vidconform.contracts.fields import Field
from vidconform.contracts.promised_lag import Lag
from vidconform.contracts.refusal_cases import RefusalCase, written
from vidconform.contracts.request_options import Option

JSON, MULTIPART, URLENCODED = "application/json", "multipart/form-data", "application/x-www-form-urlencoded"
SENDABLE = (JSON, MULTIPART, URLENCODED)
"""The media types that a request body can be written in."""
A_PICTURE = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""


@dataclass(frozen=True)
class Scheme:
    """One security scheme: where the credential stands, and which environment variable holds it."""

    name: str
    header: str
    prefix: str
    variable: str | None


@dataclass(frozen=True)
class DocumentedReply:
    """One documented reply: its schema file (or none), those of its media types, example payloads, and header names."""

    schema: str | None
    media_types: tuple[str, ...]
    examples: dict[str, Any]
    schemas: dict[str, str | None] = field(default_factory=dict)
    headers: tuple[str, ...] = ()

    def schema_of(self, media_type: str) -> str | None:
        """Return the schema file of a media type; a reply of another one is held against the first that has any."""
        return self.schemas.get(media_type, self.schema)


@dataclass(frozen=True)
class Operation:
    """One route with its method; `role` says what it is for.

    `query`, `segments` and `headers` are the documented values of what a request must carry beside the task's id, None
    where the document gives none; `media_types` those of the request body. `options` are the query parameters that it
    may carry, by role, with the values that the document names; `keyless` says that it needs no credential. `choices`
    are the schemes that are sent together, each choice enough by itself; `id_place` is where a body has the task's id,
    `models` are those that a body may name. `ends_within` are the seconds after which a task that it creates has ended.
    `body_schema` is what is said of a body's members, `paces` what is said of pace by its row; `states_security` says
    whether the document tells which credential it needs, none included. `shares` is the role of the operation that has
    its route as well: which of them answers, the state of the task decides. `bodies` are the example and the files of
    each media type that a body can be sent as, `refusal` is the stated one that it is asked for; `id_spans` says that
    the slashes of an id are those of the path.
    """

    id: str
    role: str
    method: str
    path: str
    id_parameter: str | None
    id_in: str | None
    schemes: tuple[Scheme, ...]
    request_example: Any
    request_sample: Any
    id_example: str | None
    request_schema: str | None
    answers: dict[str, DocumentedReply]
    media_types: tuple[str, ...] = ()
    query: dict[str, Any] = field(default_factory=dict)
    segments: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Option] = field(default_factory=dict)
    keyless: bool = False
    file_members: tuple[str, ...] = ()
    bodies: dict[str, tuple[Any, tuple[str, ...]]] = field(default_factory=dict)
    refusals: tuple[RefusalCase, ...] = ()
    lag: Lag | None = None
    ends_within: float | None = None
    choices: tuple[tuple[Scheme, ...], ...] = ()
    id_place: Field | None = None
    models: tuple[Any, ...] = ()
    body_schema: dict[str, Any] = field(default_factory=dict)
    paces: dict[str, dict[str, float]] = field(default_factory=dict)
    states_security: bool = True
    shares: str = ""
    refusal: RefusalCase | None = None
    id_spans: bool = False

    @property
    def body_type(self) -> str:
        """The media type that its body is sent as: JSON where the document has it."""
        known = [name for name in SENDABLE if name in {media.partition(";")[0] for media in self.media_types}]
        return known[0] if known else JSON

    def sent_headers(self, content_type: str = JSON) -> dict[str, str]:
        """Return the headers of a documented request with those that it must carry, by name."""
        own = {name: written(value) for name, value in self.headers.items()}
        return {**usual_headers(self.role, content_type), **own}

    def files(self, members: Any) -> dict[str, bytes]:
        """Return the files among the members of a form; what is sent for each is a small picture."""
        named = self.file_members if self.body_type == MULTIPART and isinstance(members, dict) else ()
        return {name: A_PICTURE for name in named if name in members}

    def sent_as(self, media_type: str) -> Operation:
        """Return it with the body of one of its media types, which may show an example of its own."""
        example, files = self.bodies.get(media_type, (None, ()))
        if example is None:
            return replace(self, media_types=(media_type,))
        return replace(self, media_types=(media_type,), request_example=example, file_members=files)

    def with_options(self, **values: Any) -> Operation:
        """Return it with values for some of its options, by role."""
        named = {role: self.options[role] for role in values}
        more = {option.name: values[role] for role, option in named.items() if option.place is None}
        body = deepcopy(self.request_example)
        for place, value in ((named[role].place, value) for role, value in values.items()):
            body = body if place is None else place.written(body, value)
        return replace(self, query={**self.query, **more}, request_example=body)

    @property
    def methods(self) -> list[str]:
        """Its own method, and those with which the document says that it is refused."""
        return [self.method, *dict.fromkeys(case.method for case in self.refusals if case.method)]

    def asked_as(self, case: RefusalCase) -> Operation:
        """Return it with the method and the parameters that a stated refusal is asked with."""
        query, headers = _changed(self.query, case.query), _changed(self.headers, case.headers)
        return replace(self, query=query, headers=headers, refusal=case, method=case.method or self.method)

    def target(self, task_id: str | None) -> str:
        """Return path and query for a task id, percent-encoded (RFC 3986 section 2.1)."""
        path, query = self._filled, [urlencode({name: written(value)}) for name, value in self.query.items()]
        if self.id_in != "query":
            parts = (task_id or "").split("/") if self.id_spans else [task_id or ""]
            path = path.replace(f"{{{self.id_parameter}}}", "/".join(map(_encoded, parts)))
        elif task_id is not None:
            query.insert(0, f"{self.id_parameter}={_encoded(task_id)}")
        return "?".join(part for part in (path, "&".join(query)) if part)

    @property
    def polls(self) -> bool:
        """Whether its address is none of the document's: what a creation told is asked."""
        return "polling-url" in self.options

    def body_about(self, task_id: str | None, body: Any) -> Any:
        """Return a body that asks for a task, where that is the place of its id, or for a list."""
        if self.id_place is None:
            return self.request_example if body is None and self.role == "list" else body
        shown = self.request_example if body is None else body
        told = {k: v for k, v in shown.items() if k != self.id_parameter} if isinstance(shown, dict) else {}
        if task_id is not None:
            self.id_place.write(told, task_id)
        return told

    def asked(self, target: str) -> str | None:
        """Return the task id that a path and query ask for, or None."""
        if self.id_in == "query":
            named = parse_qs(urlsplit(target).query, keep_blank_values=True).get(self.id_parameter or "", [None])
            return named[0]
        before, parameter, after = self._filled.partition(f"{{{self.id_parameter}}}")
        path = target.partition("?")[0]
        return unquote(path[len(before) : len(path) - len(after)]) if parameter else None

    @property
    def _filled(self) -> str:
        """The path with a value for each of its parameters but the task's id."""
        path = self.path
        for name, value in self.segments.items():
            path = path.replace(f"{{{name}}}", _encoded(written(value)))
        return path

    def answer_to(self, status: int) -> DocumentedReply | None:
        """Return what the document says of a status code; its `default` beside a success tells of refusals."""
        named = (self.answers.get(key) for key in (str(status), f"{status // 100}XX"))
        served = self.success if 200 <= status < 300 else None
        return next(filter(None, named), served) or self.answers.get("default")

    def codes(self, first: str) -> list[str]:
        """Return the documented status codes, and ranges as `4XX`, that begin with a digit, or else `default`."""
        named = [code for code in self.answers if code.startswith(first)]
        return named or [code for code in self.answers if code == "default"]

    @property
    def success_codes(self) -> list[int]:
        """The documented status codes of a request that is served."""
        return [int(code) for code in self.answers if code.isdigit() and code.startswith("2")]

    @property
    def success(self) -> DocumentedReply | None:
        """The documented reply to a request that is served."""
        return next((answer for code, answer in self.answers.items() if code.startswith("2")), None)


def usual_headers(role: str, content_type: str = JSON) -> dict[str, str]:
    """Return the headers of a documented request, by name."""
    # Documents show Content-Type on reads as well; it does no harm on a GET.
    return {"Accept": "*/*" if role == "content" else JSON, "Content-Type": content_type}


def _changed(documented: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**documented, **own}.items() if value is not None or name not in own}


def _encoded(task_id: str) -> str:
    encoded = quote(task_id, safe="", errors="surrogateescape")
    # Dots alone are a step in the path (RFC 3986 section 5.2.4), which the client would take before it asks.
    return encoded if task_id.strip(".") else encoded.replace(".", "%2E")
