"""Whose an address is: this machine's, or the one that a key was meant for."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from vidconform.exchange import Headers

PORTS = {"http": 80, "https": 443}
"""The schemes that are followed, with their ports."""

_HARMLESS = frozenset({"accept", "content-type", "user-agent"})


def is_loopback(url: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        # The forms that a connection takes, `127.1` among them; 127.example.com is a name, and somebody's.
        return host == "localhost" or ipaddress.ip_address(host if ":" in host else socket.inet_aton(host)).is_loopback
    except (OSError, ValueError):
        return False


def may_lead(url: str, sender: str, target: str, seconds: float) -> bool:
    """Whether `url`, answered by the address `sender`, may redirect to another; looks a name up, so many seconds long.

    What lies in our network is not a vendor's to read through us, even if only a report shows it.
    """
    return all(is_open(url, sender, target, address) for address in addresses_of(target, seconds))


def is_open(url: str, sender: str, target: str, address: str) -> bool:
    """Whether `address` may be where a redirect to `target` arrives; in our network only if it came from that host."""
    found, ours = _parsed(address), _parsed(sender)
    if found is None or found.is_global:
        return True
    is_same = urlsplit(url).hostname == urlsplit(target).hostname or (is_loopback(url) and is_loopback(target))
    # Behind a proxy nobody knows the address of the sender.
    return is_same and not found.is_link_local and (ours is None or not ours.is_global)


def addresses_of(url: str, seconds: float) -> list[str]:
    """Return the addresses of the host of a URL, none for a name that has none."""
    parts, host = urlsplit(url), urlsplit(url).hostname or ""
    # RFC 6761 section 6.3.
    if host.endswith(".localhost"):
        return ["127.0.0.1"]
    if ":" in host:
        return [host]
    found = resolved(host, parts.port or PORTS[parts.scheme], seconds)
    return [] if isinstance(found, Exception) else [str(one[4][0]) for one in found]


def resolved(host: str, port: int, seconds: float) -> Sequence[Any] | Exception:
    """Return what the resolver knows of a host, or why nothing; it knows no time-out, so a thread waits for it."""
    found: list[Sequence[Any] | Exception] = []

    def resolve() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(error)

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else TimeoutError()


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return an address, the one of IPv4 that one of IPv6 stands for."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    inner = (found.ipv4_mapped or found.sixtofour) if isinstance(found, ipaddress.IPv6Address) else None
    return inner or found


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return the origin of an address (RFC 6454 section 4)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def without_credentials(headers: Headers) -> Headers:
    """Return those headers that tell a stranger nothing."""
    return tuple((name, value) for name, value in headers if name.lower() in _HARMLESS)
