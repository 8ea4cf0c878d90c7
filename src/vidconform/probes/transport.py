"""The one seam between probes and the wire; live HTTP, recorded replies and emulators look alike behind it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from vidconform.probes.exchange import Headers, Reply, Request
from vidconform.probes.trouble import Trouble

if TYPE_CHECKING:
    import httpx

CONNECT_TIMEOUT = 10.0
READ_TIMEOUT = 30.0
EXCHANGE_TIMEOUT = 60.0
LARGEST_BODY = 8 * 1024 * 1024
LARGEST_JUMPS = 3
_PATIENCE = (429, 503)
_REDIRECTS = (301, 302, 303, 307, 308)


class Transport(Protocol):
    """Answers a request."""

    sleeps: bool
    """Whether waiting between two requests has a meaning."""

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply, when it came (RFC 3339) and its origin; raises Trouble."""

    def close(self) -> None:
        """Give back what the transport holds."""


class LiveTransport:
    """Talks HTTP over one kept client, bounded in time and size; times are in seconds."""

    sleeps = True

    def __init__(self, patience: float, count: Callable[[], None], pause: float = 0.0) -> None:
        import httpx

        self._httpx = httpx
        self._client: httpx.Client | None = None
        self._patience = patience
        self._count = count
        self._pause = pause

    def send(self, request: Request) -> tuple[Reply, str, str]:
        """Return the reply; a GET that lost its connection is sent once more, a creation never."""
        waited = 0.0
        while True:
            reply = self._once_more_if_lost(request)
            delay = _retry_after(reply)
            if reply.status not in _PATIENCE or delay is None or waited + delay > self._patience:
                break
            waited += delay
            time.sleep(delay)
        if reply.status in _PATIENCE:
            raise Trouble(f"{request} was answered with {reply.status} after {waited:.0f} s of waiting as told")
        return reply, datetime.now(UTC).isoformat(timespec="milliseconds"), "live"

    def close(self) -> None:
        """Close the kept connections."""
        if self._client is not None:
            self._client.close()

    def _once_more_if_lost(self, request: Request) -> Reply:
        try:
            return self._follow(request)
        except self._httpx.TransportError as error:
            lost = isinstance(error, self._httpx.NetworkError | self._httpx.RemoteProtocolError)
            if request.method != "GET" or not lost:
                raise self._trouble(request, error) from error
        try:
            return self._follow(request)
        except self._httpx.TransportError as error:
            raise self._trouble(request, error) from error

    def _trouble(self, request: Request, error: Exception) -> Trouble:
        cause = f"{type(error).__name__}: {str(error)[:200]}".rstrip(": ")
        return Trouble(f"{request} got no answer ({cause})")

    def _follow(self, request: Request) -> Reply:
        """Follow the redirects of a GET; the key stays with the host it was meant for."""
        reply = self._exchange(request.method, request.url, request.headers, request.body)
        url = request.url
        for _ in range(LARGEST_JUMPS):
            if request.method != "GET" or reply.status not in _REDIRECTS or not reply.header("location"):
                break
            target = str(self._httpx.URL(url).join(reply.header("location")))
            headers = request.headers if _same_origin(url, target) else _without_credentials(request.headers)
            url, reply = target, self._exchange("GET", target, headers, None)
        return reply

    def _exchange(self, method: str, url: str, headers: Headers, body: bytes | None) -> Reply:
        time.sleep(self._pause)
        self._count()
        if self._client is None:
            self._client = self._open(url)
        # A session cookie from a request with the key would let the one without it in.
        self._client.cookies.clear()
        with self._client.stream(method, url, headers=list(headers), content=body) as response:
            content, cut = self._read(response)
        pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw)
        return Reply(response.status_code, pairs, content, cut)

    def _open(self, url: str) -> httpx.Client:
        return self._httpx.Client(
            timeout=self._httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
            # No proxy of the environment stands between us and this machine.
            trust_env=not is_loopback(url),
            headers={"User-Agent": "vidconform"},
        )

    def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        content = bytearray()
        started = time.monotonic()
        for chunk in response.iter_bytes(65536):
            content += chunk
            if len(content) > LARGEST_BODY:
                return bytes(content[:LARGEST_BODY]), True
            if time.monotonic() - started > EXCHANGE_TIMEOUT:
                raise self._httpx.ReadTimeout("the body took too long")
        return bytes(content), False


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def _retry_after(reply: Reply) -> float | None:
    """Return the seconds of Retry-After (RFC 9110 section 10.2.3), or None; a date is not waited for."""
    try:
        return max(0.0, float(reply.header("retry-after")))
    except ValueError:
        return None


def _same_origin(one: str, other: str) -> bool:
    a, b = urlsplit(one), urlsplit(other)
    return (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port)


def _without_credentials(headers: Headers) -> Headers:
    harmless = {"accept", "content-type", "user-agent"}
    return tuple((name, value) for name, value in headers if name.lower() in harmless)
