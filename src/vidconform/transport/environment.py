"""What the environment says of the way to a service: certificates and proxies, checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidconform.contracts import check_regular
from vidconform.errors import UnusableEnvironment
from vidconform.redaction import open_regular
from vidconform.transport.addresses import is_loopback

if TYPE_CHECKING:
    import ssl

PROXIES = "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY"
PROXY_AUTHENTICATION_REQUIRED = 407

# The first two are httpx's own; the others are those of requests and of curl, for which many an environment is made.
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_KEY_LOG = "SSLKEYLOGFILE"


class _SeenEnough(Exception):
    """The way is known as far as it needs to be."""


def ssl_context() -> ssl.SSLContext:
    """Return a context that trusts what the environment names, or else what httpx does; raises UnusableEnvironment."""
    _check_key_log()
    variable = next((name for name in _CERTIFICATES if os.environ.get(name)), None)
    if variable is None:
        return _usual_context()
    named = os.environ[variable]
    try:
        check_regular(Path(named))
        changed = os.stat(named).st_mtime_ns
        is_folder = variable == "SSL_CERT_DIR" or (variable.endswith("BUNDLE") and os.path.isdir(named))
        return _named_context(named, changed, is_folder=is_folder)
    except (OSError, ValueError) as error:
        raise UnusableEnvironment(variable, _words(error)) from error


def _check_key_log() -> None:
    """Raise UnusableEnvironment for a file of TLS secrets that Python, which opens it for each context, cannot open."""
    named = os.environ.get(_KEY_LOG)
    try:
        if named:
            os.close(open_regular(Path(named), "a"))
    except OSError as error:
        raise UnusableEnvironment(_KEY_LOG, _words(error)) from error


@lru_cache(maxsize=4)
def _named_context(named: str, changed: int, *, is_folder: bool) -> ssl.SSLContext:
    """Return a context that trusts a file or folder, which is read again when it changes."""
    import ssl

    if is_folder:
        # OpenSSL says nothing of what is no folder; each certificate then fails without a reason.
        os.listdir(named)
        return ssl.create_default_context(capath=named)
    return ssl.create_default_context(cafile=named)


@cache
def _usual_context() -> ssl.SSLContext:
    """Return the context that httpx makes by itself; to read its certificates takes longer than many a request."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


def _words(error: OSError | ValueError) -> str:
    import ssl

    if isinstance(error, ssl.SSLError):
        return "it holds no certificate"
    return getattr(error, "strerror", None) or str(error)


def check_environment(address: str, seconds: float) -> None:
    """Open a client as a run does, and hear whether a proxy lets us through; raises UnusableEnvironment."""
    from urllib.request import getproxies

    import httpx

    context = ssl_context()
    if is_loopback(address):
        return
    for entry in _unreadable_entries(getproxies()):
        problem = f"its entry {entry!r}; write an address of IPv6 as ::1 is, and no range of them"
        raise UnusableEnvironment("NO_PROXY", problem)
    try:
        with httpx.Client(verify=context, timeout=seconds) as client:
            _ask_proxy(client, address)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # The text may quote an address with its password.
        kind = "its kind of proxy needs a package more" if isinstance(error, ImportError) else "no address of a proxy"
        hint = ', pip install "httpx[socks]"' if isinstance(error, ImportError) else ""
        raise UnusableEnvironment(PROXIES, kind + hint) from error


def _unreadable_entries(proxies: Mapping[str, str]) -> Iterator[str]:
    """Yield the entries of NO_PROXY that httpx takes for a host with a port that is none."""
    import httpx

    for entry in (entry.strip() for entry in proxies.get("no", "").split(",")):
        bare = entry.partition("/")[0]
        if ":" in entry and "://" not in entry and (bare != entry or entry.startswith("[")):
            try:
                httpx.URL(f"all://*{entry}")
            except httpx.InvalidURL:
                yield entry


def _ask_proxy(client: Any, address: str) -> None:
    """Raise UnusableEnvironment where the proxy on the way wants other credentials; where there is none, ask nobody."""
    import httpx

    host = httpx.URL(address).raw_host.decode()

    def watch(event: str, info: Mapping[str, Any]) -> None:
        # Neither the service itself nor its certificate is asked for here.
        direct = event.endswith("connect_tcp.started") and info["host"] == host
        if direct or event == "proxy.start_tls.started":
            raise _SeenEnough

    try:
        status = client.head(address, extensions={"trace": watch}).status_code
    except httpx.ProxyError as error:
        status = PROXY_AUTHENTICATION_REQUIRED if str(PROXY_AUTHENTICATION_REQUIRED) in str(error) else None
    except (_SeenEnough, httpx.HTTPError, UnicodeError):
        # What else is wrong on the way is told by the first request.
        return
    if status == PROXY_AUTHENTICATION_REQUIRED:
        raise UnusableEnvironment(PROXIES, "the proxy answers 407 and wants another user or password")
