"""What lies behind an address: the world, a network of ours, or what no vendor may ever send us to.

`ipaddress` takes some of these for public: addresses that stand for one of IPv4, and those by which clouds tell a
machine its own secrets.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address


class Reach(IntEnum):
    """How far away an address is, the nearest last."""

    PUBLIC = 0
    PRIVATE = 1
    FORBIDDEN = 2


def _networks(*names: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(name) for name in names)


# Link-local, and the metadata services of clouds: Azure, Oracle, Alibaba, AWS, Google, Scaleway.
_FORBIDDEN = _networks(
    "169.254.0.0/16", "fe80::/10", "168.63.129.16/32", "192.0.0.192/32", "100.100.100.200/32", "fd00:ec2::/32",
    "fd20:ce::/32", "fd00:42::/32",
)  # fmt: skip
# RFC 6598, RFC 6890, RFC 3879 (site-local), RFC 5771 and RFC 4291 (multicast), and what is reserved or for documents.
_PRIVATE = _networks(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
    "192.88.99.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/127", "fc00::/7", "fec0::/10", "ff00::/8",
    "100::/32", "3fff::/20", "5f00::/16",
)  # fmt: skip
# What a gateway translates to IPv4 (RFC 6052), everywhere or in one network (RFC 8215); RFC 4291 section 2.5.5.1;
# RFC 2765 section 2.1.
_NAT64, _LOCAL_NAT64, _COMPATIBLE, _TRANSLATED = _networks("64:ff9b::/96", "64:ff9b:1::/48", "::/96", "::ffff:0:0:0/96")
_ISATAP = (0x00005EFE, 0x02005EFE)
_WORD = 0xFFFFFFFF


def reach_of(address: str) -> Reach | None:
    """Return how far away an address is, or None for what is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return _reach(found)


def _reach(address: Address) -> Reach:
    inner = max((_reach(one) for one in _inner(address)), default=Reach.PUBLIC)
    own = next((reach for reach, ranges in _RANGES if any(address in one for one in ranges)), Reach.PUBLIC)
    # A translation of IPv4 is as far away as what it leads to, whatever the library says of it.
    is_odd = not address.is_global and not any(True for _ in _inner(address))
    return max(own, inner, Reach.PRIVATE if is_odd else Reach.PUBLIC)


_RANGES = ((Reach.FORBIDDEN, _FORBIDDEN), (Reach.PRIVATE, (*_PRIVATE, _LOCAL_NAT64)))


def _inner(address: Address) -> Iterator[IPv4Address]:
    """Yield the addresses of IPv4 that one of IPv6 may stand for."""
    if isinstance(address, IPv4Address):
        return
    number = int(address)
    last = IPv4Address(number & _WORD)
    known = (address.ipv4_mapped, address.sixtofour, address.teredo and address.teredo[1])
    yield from (one for one in known if one is not None)
    if address in _NAT64 or address in _TRANSLATED or (address in _COMPATIBLE and number > 1):
        yield last
    if number >> 32 & _WORD in _ISATAP:
        yield last
    if address in _LOCAL_NAT64:
        # The prefix may have any length, and eight bits in the middle are left out (RFC 6052 section 2.2).
        yield last
        yield IPv4Address((number >> 64 & 0xFFFF) << 16 | (number >> 40 & 0xFFFF))
