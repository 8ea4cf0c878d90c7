"""HTTP as it is spoken: one client without a memory, redirects that leave the key at home, limits of time and size."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vidconform.exchange import Hop, Reply, Request
from vidconform.transport.addresses import PORTS, is_loopback, is_open, may_lead, origin, without_credentials
from vidconform.transport.content_coding import ACCEPTED, without_coding
from vidconform.transport.deadline import Deadline, ForbiddenAddress
from vidconform.transport.environment import PROXY_AUTHENTICATION_REQUIRED, ssl_context
from vidconform.transport.failure_causes import TooSlow
from vidconform.transport.timeouts import Timeouts

if TYPE_CHECKING:
    import httpx

_MOST_HOPS = 3
_LEAST = 0.05


class HttpClient:
    """Sends requests to one provider.

    `count` hears of each request before it is sent, `pause` are the seconds before each. No connection is used twice:
    a request is never lost because its connection was stale, and bytes beyond the end of a reply are never read as the
    next one. `errors` are what `follow` raises, `partial_reply` is as much as came of a reply that broke off.
    """

    def __init__(self, count: Callable[[], None], pause: float) -> None:
        import httpx

        self._httpx = httpx
        # A UnicodeError is what is left of a name that cannot be looked up; a RuntimeError is what pytest-recording and
        # pytest-socket raise where a test may not reach the network.
        self.errors = (httpx.RequestError, httpx.InvalidURL, UnicodeError, RuntimeError, TooSlow)
        self._client: httpx.Client | None = None
        self._count = count
        self._pause = pause
        self._sender = ""
        self.partial_reply: Reply | None = None

    def follow(self, request: Request, timeouts: Timeouts, redirected: Callable[[], None]) -> Reply:
        """Return the reply at the end of a GET's redirects, which share the time-outs; `redirected` hears of each.

        Once away from the host that the key was meant for, it stays away. Raises one of `errors`.
        """
        end = time.monotonic() + timeouts.exchange
        sent, hops = request, tuple[Hop, ...]()
        reply = self._exchange(request, timeouts)
        while request.method == "GET" and len(hops) < _MOST_HOPS:
            target = self._target(sent.url, reply, _left(timeouts, end).connect)
            if target is None:
                break
            redirected()
            is_same = origin(sent.url) == origin(target)
            following = Request("GET", target, "", sent.headers if is_same else without_credentials(sent.headers))
            try:
                found = self._exchange(following, _left(timeouts, end), came_from=sent.url)
            except ForbiddenAddress:
                break
            hops = (*hops, Hop(sent.method, sent.url, reply.status, reply.headers))
            sent, reply = following, found
        return replace(reply, elsewhere="" if sent.headers == request.headers else _site(sent.url), hops=hops)

    def close(self) -> None:
        """Close the client."""
        if self._client is not None:
            self._client.close()

    def _target(self, url: str, reply: Reply, seconds: float) -> str | None:
        """Return where a reply sends us, or None; an address that is none is left to the laws."""
        if not reply.is_redirect or not reply.header("location"):
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

    def _exchange(self, request: Request, timeouts: Timeouts, came_from: str | None = None) -> Reply:
        """Return one reply; raises TooSlow, what httpx raises, ForbiddenAddress where a name led into our network.

        What is raised where time ran out says how far it came, not which limit was first: a busy machine decides that.
        """
        time.sleep(self._pause)
        self._count()
        self.partial_reply = None
        url = request.url
        if self._client is None:
            self._client = self._open(url)
        raw = [(name.encode(), value.encode("utf-8", "surrogateescape")) for name, value in request.headers]
        timeout = self._httpx.Timeout(timeouts.read, connect=timeouts.connect)
        reply: Reply | None = None
        with Deadline(timeouts.exchange, self._allows(came_from, url)) as deadline:
            tell = {"trace": deadline.trace}
            try:
                with self._client.stream(
                    request.method, url, headers=raw, content=request.body, timeout=timeout, extensions=tell
                ) as response:
                    reply = self._reply(response, timeouts.max_body, deadline)
                    self._check_proxy(reply)
            except self._httpx.TransportError as error:
                if not (deadline.passed or isinstance(error, self._httpx.ReadTimeout)):
                    raise
                if isinstance(error, self._httpx.ConnectError | self._httpx.ConnectTimeout):
                    raise self._httpx.ConnectTimeout("no connection was made") from error
        # A body whose end is the end of the connection looks whole when we are the ones who cut it.
        if deadline.passed or reply is None:
            self.partial_reply = reply or self.partial_reply
            raise TooSlow if self.partial_reply else self._httpx.ReadTimeout("no reply had begun")
        return reply

    def _reply(self, response: httpx.Response, most: int, deadline: Deadline) -> Reply:
        body = bytearray()
        try:
            cut = _read(response, most, deadline, body)
        except Exception:
            self.partial_reply = _kept(response, bytes(body), most, cut=True)
            raise
        return _kept(response, bytes(body[:most]), most, cut=cut)

    def _check_proxy(self, reply: Reply) -> None:
        """Raise ProxyError where a proxy wants credentials: over plain http its refusal looks like the service's."""
        if reply.status == PROXY_AUTHENTICATION_REQUIRED and not self._sender:
            raise self._httpx.ProxyError("407 Proxy Authentication Required")

    def _allows(self, came_from: str | None, url: str) -> Callable[[str, str], bool]:
        """Return what judges the address that a redirect arrives at: a name may have another one than a moment ago."""
        sender, self._sender = self._sender, ""

        def allows(host: str, address: str) -> bool:
            # Of a proxy, only itself is known.
            if host != urlsplit(url).hostname:
                return True
            self._sender = address
            return came_from is None or is_open(came_from, sender, url, address)

        return allows

    def _open(self, url: str) -> httpx.Client:
        from http.cookiejar import CookieJar, DefaultCookiePolicy

        return self._httpx.Client(
            # No proxy of the environment stands between us and this machine; its certificates are believed anywhere.
            trust_env=not is_loopback(url),
            verify=ssl_context(),
            headers={"User-Agent": "vidconform", "Accept-Encoding": ACCEPTED},
            # A session cookie from a request with the key would let the one without it in.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=self._httpx.Limits(max_keepalive_connections=0),
            event_hooks={"response": [_hide_location]},
        )


def _left(timeouts: Timeouts, end: float) -> Timeouts:
    return timeouts.at_most(max(end - time.monotonic(), _LEAST))


def _site(url: str) -> str:
    scheme, host, port = origin(url)
    return f"{scheme}://{f'[{host}]' if ':' in (host or '') else host}{'' if port == PORTS[scheme] else f':{port}'}"


def _hide_location(response: httpx.Response) -> None:
    """Keep the headers as they came: httpx breaks on a Location that is no address, even if it is not to follow it."""
    response.extensions["headers"] = response.headers.raw
    response.headers.pop("location", None)


def _kept(response: httpx.Response, body: bytes, most: int, *, cut: bool) -> Reply:
    raw = response.extensions["headers"]
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
    # Several fields of one name are one list (RFC 9110 section 5.2).
    codings = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    content = without_coding(body, codings, most + 1, whole=not cut)
    if content is None:
        return Reply(response.status_code, headers, body, cut)
    # What is kept is no longer coded; a reader of the recording would undo it again.
    plain = tuple(field for field in headers if field[0].lower() != "content-encoding")
    return Reply(response.status_code, plain, content[:most], cut or len(content) > most)


def _read(response: httpx.Response, most: int, deadline: Deadline, body: bytearray) -> bool:
    """Add what comes to a body; True where there is more than `most` bytes of it."""
    for chunk in response.iter_raw():
        if deadline.passed:
            raise TooSlow
        body += chunk
        if len(body) > most:
            return True
    return False
