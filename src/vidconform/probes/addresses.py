"""Whose an address is: this machine's, or the one that a key was meant for."""

from __future__ import annotations

from urllib.parse import urlsplit

from vidconform.probes.exchange import Headers

PORTS = {"http": 80, "https": 443}
"""The schemes that are followed, with their ports."""

_HARMLESS = frozenset({"accept", "content-type", "user-agent"})


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    return host in ("localhost", "::1") or host.startswith("127.")


def is_inside(url: str) -> bool:
    """Whether an address is in no network but ours, as far as it says so itself: loopback, private or link-local."""
    import ipaddress
    import socket

    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        # The forms that a connection takes, `127.1` and `0x7f000001` among them.
        packed = host.partition("%")[0] if ":" in host else socket.inet_aton(host)
        return not ipaddress.ip_address(packed).is_global
    except (OSError, ValueError):
        return False


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return the origin of an address (RFC 6454 section 4)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def without_credentials(headers: Headers) -> Headers:
    """Return those headers that tell a stranger nothing."""
    return tuple((name, value) for name, value in headers if name.lower() in _HARMLESS)
