"""The one seam between probes and the wire; live HTTP, recorded replies and emulators look alike behind it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Protocol

from vidconform.probes.addresses import PORTS, is_loopback, origin, without_credentials
from vidconform.probes.coding import ACCEPTED, decoded
from vidconform.probes.deadline import Deadline
from vidconform.probes.exchange import Headers, Reply, Request
from vidconform.probes.trouble import Trouble

if TYPE_CHECKING:
    import httpx

_PATIENCE = (429, 503)
_FIRST_WAIT = 0.05
_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_JUMPS = 3


class Transport(Protocol):
    """Answers a request."""

    sleeps: bool
    """Whether waiting between two requests has a meaning."""

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply, when it came (RFC 3339) and its origin; raises Trouble."""

    def recorded(self) -> Iterator[Request] | None:
        """Return the requests of a recording, in order, or None where there is a service to ask."""

    def close(self) -> None:
        """Give back what the transport holds."""


@dataclass(frozen=True)
class Bounds:
    """How long and how large one exchange may become: seconds to connect, for one read and in all, and bytes."""

    connect: float = 10.0
    read: float = 30.0
    exchange: float = 60.0
    # No documented reply but a video is longer, and of a video the beginning is enough.
    body: int = 1024 * 1024


class LiveTransport:
    """Talks HTTP over one kept client, bounded in time and size.

    `patience` are the seconds that Retry-After may cost for one request, `count` hears of each request before it is
    sent, `pause` are the seconds before each. No connection is used twice: a request is never lost because its
    connection was stale, and bytes beyond the end of a reply are never read as the next one.
    """

    sleeps = True

    def __init__(
        self, patience: float, count: Callable[[], None], pause: float = 0.0, bounds: Bounds | None = None
    ) -> None:
        import httpx

        self._httpx = httpx
        self._client: httpx.Client | None = None
        self._patience = patience
        self._count = count
        self._pause = pause
        self._bounds = bounds or Bounds()

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply; a GET that lost its connection is sent once more, a creation never."""
        waited, least = 0.0, _FIRST_WAIT
        while True:
            reply = self._once_more_if_lost(request)
            told = _retry_after(reply) if reply.status in _PATIENCE else None
            if told is None or waited + max(told, least) > self._patience:
                break
            time.sleep(max(told, least))
            # Who says 0 again and again is asked less and less often.
            waited, least = waited + max(told, least), least * 2
        if reply.status in _PATIENCE:
            wait = f" after {waited:.1f} s of waiting as told" if waited else ""
            raise Trouble(f"{request} was answered with {reply.status}{wait}", reply.status)
        return reply, datetime.now(UTC).isoformat(timespec="milliseconds"), "live"

    def recorded(self) -> Iterator[Request] | None:
        """Return None: what is sent is not known before."""
        return None

    def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            self._client.close()

    def _once_more_if_lost(self, request: Request) -> Reply:
        try:
            return self._follow(request)
        except (self._httpx.NetworkError, self._httpx.RemoteProtocolError) as error:
            if request.method != "GET":
                raise self._trouble(request, error) from None
        except (self._httpx.RequestError, self._httpx.InvalidURL) as error:
            raise self._trouble(request, error) from None
        try:
            return self._follow(request)
        except (self._httpx.RequestError, self._httpx.InvalidURL) as error:
            raise self._trouble(request, error) from None

    def _trouble(self, request: Request, error: Exception) -> Trouble:
        # The text of a LocalProtocolError quotes the header that cannot be sent, and that is the one with the key.
        quotes_us = isinstance(error, self._httpx.LocalProtocolError)
        cause = type(error).__name__ if quotes_us else f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
        return Trouble(f"{request} got no answer ({cause})")

    def _follow(self, request: Request) -> Reply:
        """Follow the redirects of a GET; once away from the host that the key was meant for, it stays away."""
        url, headers = request.url, request.headers
        reply = self._exchange(request.method, url, headers, request.body)
        for _ in range(_MOST_JUMPS if request.method == "GET" else 0):
            target = self._target(url, reply)
            if target is None:
                break
            headers = headers if origin(url) == origin(target) else without_credentials(headers)
            url, reply = target, self._exchange("GET", target, headers, None)
        return reply

    def _target(self, url: str, reply: Reply) -> str | None:
        """Return where a reply sends us, or None; an address that is none is left to the laws."""
        if reply.status not in _REDIRECTS or not reply.header("location"):
            return None
        try:
            target = str(self._httpx.URL(url).join(reply.header("location")))
            scheme, host, _ = origin(target)
        except (self._httpx.InvalidURL, ValueError):
            return None
        return target if scheme in PORTS and host else None

    def _exchange(self, method: str, url: str, headers: Headers, body: bytes | None) -> Reply:
        time.sleep(self._pause)
        self._count()
        if self._client is None:
            self._client = self._open(url)
        raw = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers]
        with Deadline(self._bounds.exchange) as deadline:
            try:
                extensions = {"trace": deadline.trace}
                with self._client.stream(method, url, headers=raw, content=body, extensions=extensions) as response:
                    reply = self._reply(response)
            except self._httpx.TransportError:
                if not deadline.passed:
                    raise
        # A body whose end is the end of the connection looks whole when we are the ones who cut it.
        if deadline.passed:
            raise self._httpx.ReadTimeout(f"not finished after {self._bounds.exchange:g} s")
        return reply

    def _open(self, url: str) -> httpx.Client:
        return self._httpx.Client(
            timeout=self._httpx.Timeout(self._bounds.read, connect=self._bounds.connect),
            # No proxy of the environment stands between us and this machine.
            trust_env=not is_loopback(url),
            headers={"User-Agent": "vidconform", "Accept-Encoding": ACCEPTED},
            # A session cookie from a request with the key would let the one without it in.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=self._httpx.Limits(max_keepalive_connections=0),
        )

    def _reply(self, response: httpx.Response) -> Reply:
        pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        body, cut = self._read(response)
        reply = Reply(response.status_code, pairs, body, cut)
        content = decoded(body, reply.header("content-encoding"), self._bounds.body + 1, whole=not cut)
        if content is None:
            return reply
        # What is kept is no longer coded; a reader of the recording would undo it again.
        plain = tuple(pair for pair in pairs if pair[0].lower() != "content-encoding")
        return Reply(reply.status, plain, content[: self._bounds.body], cut or len(content) > self._bounds.body)

    def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        body = bytearray()
        for chunk in response.iter_raw(65536):
            body += chunk
            if len(body) > self._bounds.body:
                return bytes(body[: self._bounds.body]), True
        return bytes(body), False


def _retry_after(reply: Reply) -> float | None:
    """Return the seconds of Retry-After, a number or a date (RFC 9110 section 10.2.3), or None."""
    told = reply.header("retry-after").strip()
    try:
        seconds = float(told)
    except ValueError:
        return _seconds_until(told)
    return None if math.isnan(seconds) else max(0.0, seconds)


def _seconds_until(date: str) -> float | None:
    try:
        then = parsedate_to_datetime(date)
        return max(0.0, (then - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError, OverflowError):
        # A time without a zone is none of HTTP's three forms.
        return None
