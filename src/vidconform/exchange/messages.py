"""One request with its reply as seen on the wire: what came, and of what was sent no header that is secret."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Literal, NewType, Self

from vidconform.contracts import BodyStatus, UndecodableJson, decode_json
from vidconform.exchange.requests import Headers, Request, header_in

ProbeKind = Literal["life", "refusal", "generated", "document"]
"""What a probe's exchanges are of: tasks, one request to be refused, generated requests, a document's examples."""

EMULATOR_SERVER = "vidconform-emulator"
REDACTED = "REDACTED"
UNANSWERED = "unanswered"
"""The note of an evidence that names the requests of it to which the connection was closed, and nothing else."""
NEAR = "near"
"""The note of ids that come near a task's own and that are asked for as nobody's."""
RESUMED = "resumed"
"""The note that a probe went on with a task that an earlier run created."""

# RFC 9110 section 8.4.1. The others need more than the standard library, and are not asked for.
_READ_CODINGS = ("", "identity", "gzip", "x-gzip", "deflate")


def timestamp() -> str:
    """Return the time in UTC with milliseconds (RFC 3339)."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


@dataclass(frozen=True)
class Hop:
    """A redirect on the way to a reply: the request line as it was sent, and the status and headers that came back."""

    method: str
    url: str = field(repr=False)
    status: int
    headers: Headers = field(repr=False)


@dataclass(frozen=True)
class Digest:
    """Length in bytes and SHA-256 (hexadecimal, empty where nobody knows it) of a body that is not kept whole."""

    length: int
    sha256: str

    @classmethod
    def of(cls, body: bytes) -> Self:
        """Return the digest of a body."""
        return cls(len(body), sha256(body).hexdigest())


@dataclass(frozen=True)
class Reply:
    """Status, headers and body of a reply; `cut` says that the body was longer than what is kept.

    Where the document tells in the body how a request went, `status` is the code that it stands for, and
    `status_line` the one that was sent.
    `elsewhere` is the origin that answered where redirects led away from the host that the key was meant for, so that
    it was asked without. `hops` are the redirects before this reply, in order. `read` tells of a body of which more
    was read than is kept.
    `memo` keeps what later stages worked out about this very body, so that many verdicts walk it once.
    """

    status: int
    headers: Headers = field(repr=False)
    body: bytes = field(repr=False)
    cut: bool = False
    elsewhere: str = field(default="", repr=False, compare=False)
    hops: tuple[Hop, ...] = ()
    read: Digest | None = None
    status_line: int | None = None
    memo: defaultdict[Any, dict[Any, Any]] = field(
        default_factory=lambda: defaultdict(dict), init=False, repr=False, compare=False
    )

    def header(self, name: str) -> str:
        """Return a header by name, or an empty text."""
        return header_in(self.headers, name)

    @property
    def sent_status(self) -> int:
        """The status code as it was sent."""
        return self.status if self.status_line is None else self.status_line

    @property
    def told_status(self) -> str:
        """The status code in words: as it was sent, and as the body tells it where that is another."""
        return str(self.sent_status) + (f" (by its body {self.status})" if self.sent_status != self.status else "")

    def read_by(self, body_status: BodyStatus | None) -> Reply:
        """Return the reply with the status code that it stands for by a document."""
        sent = self.sent_status
        meant = sent if body_status is None else body_status.meant(sent, self.json)
        return self if meant == self.status else replace(self, status=meant, status_line=sent)

    @cached_property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.header("content-type").split(";")[0].strip().lower()

    @property
    def says_json(self) -> bool:
        """Whether its media type is JSON (RFC 8259 section 11) or a type built on it (RFC 6839 section 3.1)."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @property
    def bytes_read(self) -> int:
        """The bytes of the body that were read, of which fewer may be kept."""
        return len(self.body) if self.read is None else self.read.length

    @cached_property
    def is_success(self) -> bool:
        """Whether the status code that it stands for is 2xx."""
        return 200 <= self.status < 300

    @property
    def is_redirect(self) -> bool:
        """Whether the status code is one of RFC 9110 section 15.4 that send a client to another address."""
        return self.status in (301, 302, 303, 307, 308)

    @property
    def is_refusal(self) -> bool:
        """Whether the status code that it stands for is 4xx (RFC 9110 section 15.5)."""
        return 400 <= self.status < 500

    @property
    def unread_coding(self) -> str:
        """A content coding that nobody here can undo, or an empty text; headers are all that such a reply tells."""
        named = ",".join(value for name, value in self.headers if name.lower() == "content-encoding").lower()
        return next((coding for one in named.split(",") if (coding := one.strip()[:40]) not in _READ_CODINGS), "")

    def shortened(self, longest: int) -> Reply:
        """Return the reply with no more than so many bytes of its body."""
        if len(self.body) <= longest:
            return self
        read = self.read or Digest.of(self.body)
        return replace(self, body=self.body[:longest], cut=True, read=read)

    @cached_property
    def json(self) -> Any:
        """The decoded body, or the UndecodableJson that says why there is none."""
        if self.unread_coding:
            return UndecodableJson(f"a body in the content coding {self.unread_coding}, which is not read here")
        coding = self.header("content-encoding").lower()
        if coding not in ("", "identity"):
            return UndecodableJson(f"a body that is not the {coding[:40]} that its Content-Encoding says")
        if self.cut:
            return UndecodableJson(f"more than {len(self.body)} bytes, of which the rest was not kept")
        try:
            return decode_json(self.body)
        except UndecodableJson as error:
            # One that was raised keeps the frames of whoever looked first, and by them all that the run brought.
            return UndecodableJson(error.problem)

    @property
    def is_json(self) -> bool:
        """Whether the body is a JSON text."""
        return not isinstance(self.json, UndecodableJson)


@dataclass(frozen=True)
class Exchange:
    """One request of a probe with its reply.

    `step` is the probe's name for it, `role` the operation's role, `task_id` the task it is about, `credential` the
    scheme's name or a word for what stood in its place. `at` is RFC 3339, `elapsed` in seconds.
    """

    step: str
    role: str
    task_id: str | None = field(repr=False)
    credential: str
    request: Request
    reply: Reply
    at: str
    elapsed: float
    origin: str

    def read_by(self, body_status: BodyStatus | None) -> Exchange:
        """Return it with the status code that its reply stands for by a document."""
        reply = self.reply.read_by(body_status)
        return self if reply is self.reply else replace(self, reply=reply)


RedactedExchange = NewType("RedactedExchange", Exchange)
"""An exchange without any secret, which is all that is written of one."""
