"""Why a request got no usable answer: kinds that a program can tell apart, and sentences that a person reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from vidconform.text import Redacted
from vidconform.transport.failures import FailureKind, one_line
from vidconform.transport.timeouts import Timeouts

# How the HTTP library quotes what it could not read.
_BYTES = re.compile(r"bytearray\(b?((['\"]).*\2)\)", re.DOTALL)


class TooSlow(Exception):
    """An exchange whose reply had begun and did not come to its end in time."""


def cause_of(
    error: Exception, url: str, timeouts: Timeouts, redact: Callable[[str], Redacted]
) -> tuple[FailureKind, Redacted]:
    """Return the kind and the sentence of what httpx raised, or of TooSlow; the sentence holds no header of ours.

    What a service said goes through `redact` whole, before it is cut.
    """
    kind, cause = _cause_of(error, url, timeouts)
    return kind, one_line(redact(cause))


def _cause_of(error: Exception, url: str, timeouts: Timeouts) -> tuple[FailureKind, str]:
    import httpx

    if isinstance(error, TooSlow):
        return FailureKind.SLOW, f"not finished within {timeouts.exchange:g} s"
    if isinstance(error, httpx.ConnectTimeout):
        return FailureKind.TIMEOUT, f"no connection within {timeouts.connect:g} s"
    if isinstance(error, httpx.TimeoutException):
        return FailureKind.TIMEOUT, f"no answer within {timeouts.read:g} s"
    host = _host(error, url)
    where = host if host == urlsplit(url).hostname else f"{host}, to which a redirect led,"
    for reason in _chain(error):
        found = _of_system(reason, where)
        if found is not None:
            return found
    return _of_http(error)


def may_have_arrived(error: Exception) -> bool:
    """Whether a byte of the request may have left us before what httpx raised."""
    import httpx

    return isinstance(error, httpx.TransportError | TooSlow) and not isinstance(
        error, httpx.ConnectError | httpx.ConnectTimeout | httpx.UnsupportedProtocol | httpx.LocalProtocolError
    )


def _host(error: Exception, url: str) -> str:
    """Return the host that was not reached, which after a redirect is another than that of the address."""
    try:
        return str(getattr(error, "request").url.host)  # noqa: B009 - httpx's property raises where there is none
    except (AttributeError, RuntimeError):
        return urlsplit(url).hostname or ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from, innermost last."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _of_system(error: BaseException, host: str) -> tuple[FailureKind, str] | None:
    """Return what the operating system or the TLS library said, most special first: all of these are OSErrors."""
    import socket
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return FailureKind.TLS, f"TLS: certificate verify failed: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return FailureKind.TLS, f"TLS: {(error.reason or 'handshake failed').lower().replace('_', ' ')}"
    if isinstance(error, socket.gaierror):
        return FailureKind.DNS, f"the name {host} does not resolve"
    if isinstance(error, ConnectionRefusedError):
        return FailureKind.REFUSED, "connection refused"
    if isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        return FailureKind.RESET, "connection reset"
    return None


def _of_http(error: Exception) -> tuple[FailureKind, str]:
    import httpx

    said = _BYTES.sub(r"\1", str(error))
    if isinstance(error, httpx.RemoteProtocolError):
        if "disconnected" not in said and "closed connection" not in said:
            return FailureKind.PROTOCOL, f"no valid HTTP: {said}"
        inside = "incomplete chunked" in said or "complete message body" in said
        where = "in the middle of the reply" if inside else "without a reply"
        return FailureKind.CLOSED, f"connection closed {where}"
    if isinstance(error, httpx.ProxyError):
        return FailureKind.PROXY, f"the proxy of the environment said: {said}"
    if isinstance(error, RuntimeError) and not isinstance(error, httpx.StreamError):
        return FailureKind.UNREACHABLE, f"no connection: {error}"
    if isinstance(error, httpx.ConnectError):
        return FailureKind.UNREACHABLE, f"no connection: {said}".rstrip(": ")
    if isinstance(error, httpx.NetworkError):
        return FailureKind.RESET, f"connection lost: {said}".rstrip(": ")
    # The text of a LocalProtocolError quotes the header that cannot be sent, and that is the one with the key.
    return FailureKind.ADDRESS, f"this request cannot be sent ({type(error).__name__})"
