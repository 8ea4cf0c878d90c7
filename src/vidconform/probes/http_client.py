"""HTTP as it is spoken: one client without a memory, redirects that leave the key at home, bounds of time and size."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vidconform.probes.addresses import PORTS, is_loopback, is_open, may_lead, origin, without_credentials
from vidconform.probes.content_coding import ACCEPTED, decoded
from vidconform.probes.deadline import Deadline, Unwelcome
from vidconform.probes.exchange import Headers, Reply, Request
from vidconform.probes.failure_causes import TooSlow
from vidconform.probes.timeouts import Timeouts

if TYPE_CHECKING:
    import httpx

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_JUMPS = 3
# A silent service shall run into the limit of one read, and only a slow one into that of the exchange.
_GRACE = 0.25
_LEAST = 0.05


class HttpClient:
    """Sends requests to one provider.

    `count` hears of each request before it is sent, `pause` are the seconds before each. No connection is used twice:
    a request is never lost because its connection was stale, and bytes beyond the end of a reply are never read as the
    next one.
    """

    def __init__(self, count: Callable[[], None], pause: float) -> None:
        import httpx

        self._httpx = httpx
        self._pool: httpx.Client | None = None
        self._count = count
        self._pause = pause
        self._sender = ""

    def follow(self, request: Request, timeouts: Timeouts, heard: Callable[[Reply], None]) -> Reply:
        """Return the reply at the end of a GET's redirects, which share the time-outs; `heard` learns of each.

        Once away from the host that the key was meant for, it stays away. Raises what httpx raises, and TooSlow.
        """
        end = time.monotonic() + timeouts.exchange
        url, headers = request.url, request.headers
        reply = self._exchange(request.method, url, headers, request.body, timeouts)
        heard(reply)
        for _ in range(_MOST_JUMPS if request.method == "GET" else 0):
            left = timeouts.at_most(max(end - time.monotonic(), _LEAST))
            target = self._target(url, reply, left.connect)
            if target is None:
                break
            headers = headers if origin(url) == origin(target) else without_credentials(headers)
            left = timeouts.at_most(max(end - time.monotonic(), _LEAST))
            try:
                found = self._exchange("GET", target, headers, None, left, came_from=url)
            except Unwelcome:
                break
            url, reply = target, replace(found, elsewhere="" if headers == request.headers else _site(target))
            heard(reply)
        return reply

    def close(self) -> None:
        """Close the client."""
        if self._pool is not None:
            self._pool.close()

    def _target(self, url: str, reply: Reply, seconds: float) -> str | None:
        """Return where a reply sends us, or None; an address that is none is left to the laws."""
        if reply.status not in _REDIRECTS or not reply.header("location"):
            return None
        try:
            address = self._httpx.URL(url).join(reply.header("location"))
            # A name that cannot be looked up would raise something else much later.
            address.host.encode("idna")
            # A name and a password would be sent as a credential.
            target = str(address.copy_with(username="", password=""))
            scheme, host, _ = origin(target)
        except (self._httpx.InvalidURL, ValueError):
            return None
        return target if scheme in PORTS and host and may_lead(url, self._sender, target, seconds) else None

    def _exchange(
        self,
        method: str,
        url: str,
        headers: Headers,
        body: bytes | None,
        timeouts: Timeouts,
        came_from: str | None = None,
    ) -> Reply:
        """Return one reply; raises Unwelcome where a name led into our network after all, what httpx does, TooSlow."""
        time.sleep(self._pause)
        self._count()
        if self._pool is None:
            self._pool = self._open(url)
        raw = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in headers]
        timeout = self._httpx.Timeout(timeouts.read, connect=timeouts.connect)
        with Deadline(
            timeouts.exchange + min(_GRACE, timeouts.exchange / 4), self._welcomes(came_from, url)
        ) as deadline:
            try:
                with self._pool.stream(
                    method, url, headers=raw, content=body, timeout=timeout, extensions={"trace": deadline.trace}
                ) as response:
                    reply = _reply(response, timeouts.max_body, deadline)
            except self._httpx.TransportError:
                if not deadline.passed:
                    raise
        # A body whose end is the end of the connection looks whole when we are the ones who cut it.
        if deadline.passed:
            raise TooSlow
        return reply

    def _welcomes(self, came_from: str | None, url: str) -> Callable[[str, str], bool]:
        """Return what judges the address that a redirect arrives at: a name may have another one than a moment ago."""
        sender, self._sender = self._sender, ""

        def welcomes(host: str, address: str) -> bool:
            # Of a proxy, only itself is known.
            if host != urlsplit(url).hostname:
                return True
            self._sender = address
            return came_from is None or is_open(came_from, sender, url, address)

        return welcomes

    def _open(self, url: str) -> httpx.Client:
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        return self._httpx.Client(
            # No proxy of the environment stands between us and this machine; its certificates are believed anywhere.
            trust_env=not is_loopback(url),
            verify=self._httpx.create_ssl_context(),
            headers={"User-Agent": "vidconform", "Accept-Encoding": ACCEPTED},
            # A session cookie from a request with the key would let the one without it in.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=self._httpx.Limits(max_keepalive_connections=0),
            event_hooks={"response": [_hide_location]},
        )


def _site(url: str) -> str:
    scheme, host, port = origin(url)
    return f"{scheme}://{f'[{host}]' if ':' in (host or '') else host}{'' if port == PORTS[scheme] else f':{port}'}"


def _hide_location(response: httpx.Response) -> None:
    """Keep the headers as they came: httpx breaks on a Location that is no address, even if it is not to follow it."""
    response.extensions["headers"] = response.headers.raw
    response.headers.pop("location", None)


def _reply(response: httpx.Response, most: int, deadline: Deadline) -> Reply:
    raw = response.extensions["headers"]
    pairs = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
    body, cut = _read(response, most, deadline)
    reply = Reply(response.status_code, pairs, body, cut)
    # Several fields of one name are one list (RFC 9110 section 5.2).
    codings = ",".join(value for name, value in pairs if name.lower() == "content-encoding")
    content = decoded(body, codings, most + 1, whole=not cut)
    if content is None:
        return reply
    # What is kept is no longer coded; a reader of the recording would undo it again.
    plain = tuple(pair for pair in pairs if pair[0].lower() != "content-encoding")
    return Reply(reply.status, plain, content[:most], cut or len(content) > most)


def _read(response: httpx.Response, most: int, deadline: Deadline) -> tuple[bytes, bool]:
    body = bytearray()
    for chunk in response.iter_raw():
        if deadline.passed:
            raise TooSlow
        body += chunk
        if len(body) > most:
            return bytes(body[:most]), True
    return bytes(body), False
