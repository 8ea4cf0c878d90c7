"""A request as it is sent: its address, its headers, its body, and what it is for."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from vidconform.contracts import BodyStatus

Headers = tuple[tuple[str, str], ...]

# A vendor may name its tasks at any length.
_LONGEST_SHOWN = 200


def header_in(headers: Headers, name: str) -> str:
    """Return a header by name (case-insensitive, RFC 9110 section 5.1), or an empty text."""
    return next((value for key, value in headers if key.lower() == name.lower()), "")


def http_date(text: str) -> float | None:
    """Return the seconds since 1970 of a date in a header (RFC 9110 section 5.6.7), or None."""
    try:
        date = parsedate_to_datetime(text)
        # A time without a zone is none of HTTP's three forms.
        return date.timestamp() if date.tzinfo is not None else None
    except (ValueError, TypeError, OverflowError):
        return None


@dataclass(frozen=True)
class Request:
    """A request line, its headers and body; `target` is path and query.

    `paid` says that the provider charges for it when all goes well, `scope` what it is about: a contract's id,
    `keyed` that a credential of the user's is sent with it, `is_plain` that it is asked as the document shows,
    `reads` that it only reads whatever its method is, `body_status` where the body of its reply tells how it went.
    """

    method: str
    base_url: str
    target: str = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    body: bytes | None = field(default=None, repr=False)
    paid: bool = False
    scope: str = ""
    keyed: bool = True
    is_plain: bool = True
    reads: bool = False
    body_status: BodyStatus | None = field(default=None, repr=False, compare=False)

    @property
    def url(self) -> str:
        """The whole address."""
        return self.base_url + self.target

    @property
    def is_safe(self) -> bool:
        """Whether it changes nothing, as the method says (RFC 9110 section 9.2.1) or what it is for."""
        return self.reads or self.method in ("GET", "HEAD")

    def __str__(self) -> str:
        return f"{self.method} {self.target[:_LONGEST_SHOWN]}"
