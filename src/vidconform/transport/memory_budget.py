"""How much of a provider's replies is kept in memory: a task that never ends may be read ten thousand times."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vidconform.exchange import Reply
from vidconform.transport.failures import FailureKind, ProbeFailure

# Beyond any documented reply but a video.
_LARGE = 64 * 1024
_LARGE_IN_ALL = 16 * 1024 * 1024
_IN_ALL = 96 * 1024 * 1024
_BEGINNING = 4096
# Bytes that an exchange takes beside its body, and a value once it is read: `[[],[],...` grows to twenty times itself.
_EXCHANGE = 2048
_VALUE = 64
# The first byte of a character beyond the basic plane, in UTF-8; in JSON it may be escaped as two surrogates.
_FOUR_BYTES = 0xF0
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass
class MemoryBudget:
    """The bytes that are left for a provider's replies in a run, for large ones and for all."""

    large: int = _LARGE_IN_ALL
    left: int = _IN_ALL

    @classmethod
    def of(cls, max_body: int | None) -> MemoryBudget:
        """Return the budget for replies of at most so many bytes, or of the usual most."""
        return cls() if max_body is None else cls(96 * max_body, max(_IN_ALL, 96 * max_body))

    def check(self) -> None:
        """Raise ProbeFailure when nothing more can be kept."""
        if self.left <= 0:
            sentence = f"not sent: the replies of this run fill the {_IN_ALL >> 20} MB that are kept of them"
            raise ProbeFailure(sentence, kind=FailureKind.FULL, sent=False)

    def keep(self, reply: Reply) -> Reply:
        """Return a reply as it is kept: only the beginning of a large one after many."""
        size = _size(reply)
        if size > _LARGE and size > self.large:
            reply = reply.shortened(_BEGINNING)
            size = _size(reply)
        elif size > _LARGE:
            self.large -= size
        self.left -= size
        return reply


def _size(reply: Reply) -> int:
    """Return the bytes that a reply takes once it is read as JSON, about."""
    values = sum(reply.body.count(mark) for mark in (b",", b"[", b"{"))
    kept = [reply.headers, *(hop.headers for hop in reply.hops)]
    headers = sum(len(name) + len(value) + 200 for fields in kept for name, value in fields)
    return _EXCHANGE + headers + len(reply.body) * _width(reply.body) + values * _VALUE


def _width(body: bytes) -> int:
    """Return the bytes that each character of a text takes: as many as the widest one in it, also where it is escaped.

    A single emoji makes four of one (PEP 393).
    """
    if max(body, default=0) >= _FOUR_BYTES or _ESCAPED_SURROGATE.search(body):
        return 4
    return 1 if body.isascii() and b"\\u" not in body else 2
