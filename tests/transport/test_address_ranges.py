"""What lies behind an address, and where a redirect may lead."""

from __future__ import annotations

import pytest

from tests.support.rawserver import http, serving
from vidconform.exchange.requests import Request
from vidconform.transport.address_ranges import Reach, reach_of
from vidconform.transport.addresses import is_open
from vidconform.transport.live import LiveTransport
from vidconform.transport.timeouts import Timeouts

PUBLIC = (
    "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "168.63.129.17", "2606:4700::1111",
    "64:ff9b::8.8.8.8", "::ffff:8.8.8.8", "2002:808:808::", "::ffff:0:8.8.8.8",
)  # fmt: skip
PRIVATE = (
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "127.0.0.1", "0.0.0.0", "100.64.0.1", "100.127.255.255", "192.0.0.1",
    "198.18.0.1", "224.0.0.1", "239.1.2.3", "240.0.0.1", "255.255.255.255", "::", "::1", "fc00::1", "fec0::1",
    "feff::1", "ff02::1", "ff0e::1", "::127.0.0.1", "::10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1",
    "64:ff9b::127.0.0.1", "64:ff9b::100.64.0.1", "64:ff9b:1::1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::",
    "2a00::5efe:a00:1", "::ffff:0:127.0.0.1", "::ffff:0:10.0.0.1", "192.88.99.1", "3fff::1", "5f00::1", "100:0:0:1::1",
)  # fmt: skip
FORBIDDEN = (
    "169.254.169.254", "169.254.0.1", "fe80::1", "fe80::1%eth0", "168.63.129.16", "192.0.0.192", "100.100.100.200",
    "fd00:ec2::254", "fd20:ce::254", "fd00:42::42", "::ffff:169.254.169.254", "::169.254.169.254",
    "64:ff9b::169.254.169.254", "64:ff9b::100.100.100.200", "64:ff9b:1::a9fe:a9fe", "64:ff9b:1:a9fe:a9:fe00::",
    "2002:a9fe:a9fe::", "::ffff:168.63.129.16", "2a00::5efe:a9fe:a9fe", "::ffff:0:169.254.169.254",
)  # fmt: skip


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        *((address, Reach.PUBLIC) for address in PUBLIC),
        *((address, Reach.PRIVATE) for address in PRIVATE),
        *((address, Reach.FORBIDDEN) for address in FORBIDDEN),
        *((name, None) for name in ("vendor.example", "", "1.2.3", "::g")),
    ],
)
def test_an_address_is_as_far_away_as_what_it_leads_to(address: str, reach: Reach | None) -> None:
    assert reach_of(address) is reach


@pytest.mark.parametrize("address", [*PRIVATE, *FORBIDDEN])
def test_a_public_service_leads_into_no_network_of_ours(address: str) -> None:
    here = f"http://{f'[{address}]' if ':' in address else address}/"
    assert not is_open("https://vendor.example", "8.8.8.8", here, address.partition("%")[0])


@pytest.mark.parametrize("address", FORBIDDEN)
def test_nobody_leads_to_what_tells_a_machine_its_secrets(address: str) -> None:
    # Not even the same name, which may have a second address.
    assert not is_open("http://vendor.example", "10.0.0.1", "http://vendor.example/x", address)


@pytest.mark.parametrize("address", [a for a in (*PRIVATE, *FORBIDDEN) if "%" not in a])
def test_a_redirect_there_is_not_followed_but_shown(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    if host in ("127.0.0.1", "[::1]"):
        pytest.skip("this machine leads to itself")
    transport = LiveTransport(0.0, lambda: None, timeouts=Timeouts.of(2.0))
    with serving(http(302, b"", f"Location: http://{host}/latest/meta-data")) as server:
        reply = transport.send(Request("GET", server.url, "/v1/videos/x"))[0]
    transport.close()
    assert (reply.status, reply.hops, len(server.asked)) == (302, (), 1)
