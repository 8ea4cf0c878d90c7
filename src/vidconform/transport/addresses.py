"""Whose an address is: this machine's, or the one that a key was meant for."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from vidconform.exchange import Headers
from vidconform.transport.address_ranges import Reach, reach_of

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
    found, ours = reach_of(address), reach_of(sender)
    if found is None or found is Reach.PUBLIC:
        return True
    is_same = urlsplit(url).hostname == urlsplit(target).hostname or (is_loopback(url) and is_loopback(target))
    # Behind a proxy nobody knows the address of the sender.
    return is_same and found is Reach.PRIVATE and ours is not Reach.PUBLIC


def is_public(url: str, seconds: float) -> bool:
    """Whether an address leads out of our network, as far as anybody knows; looks a name up, so many seconds long."""
    found = [reach_of(address) for address in addresses_of(url, seconds)]
    return not is_loopback(url) and (not found or any(reach in (None, Reach.PUBLIC) for reach in found))


def addresses_of(url: str, seconds: float) -> list[str]:
    """Return the addresses of the host of a URL, none for a name that has none."""
    parts, host = urlsplit(url), urlsplit(url).hostname or ""
    # RFC 6761 section 6.3.
    if host.endswith(".localhost"):
        return ["127.0.0.1"]
    if ":" in host:
        return [host]
    found = looked_up(host, parts.port or PORTS[parts.scheme], seconds)
    return [] if isinstance(found, Exception) else [str(one[4][0]) for one in found]


def looked_up(host: str, port: int, seconds: float) -> Sequence[Any] | Exception:
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


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return the origin of an address (RFC 6454 section 4)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def without_credentials(headers: Headers) -> Headers:
    """Return those headers that tell a stranger nothing."""
    return tuple((name, value) for name, value in headers if name.lower() in _HARMLESS)
