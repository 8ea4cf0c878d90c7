"""The checks below HTTP: the name, the connection, the certificate."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from vidconform.doctor.diagnosis import CheckResult, ok, problem, remark, unchecked
from vidconform.doctor.exit_codes import Exit
from vidconform.text import pluralise
from vidconform.transport import PORTS, Deadline, is_loopback, resolved, ssl_context

_FEW_DAYS = 14
_DAY = 86_400


@dataclass(frozen=True)
class _Place:
    """Where a base URL points at; `seconds` bound each step on the way there."""

    base_url: str
    scheme: str
    host: str
    port: int
    seconds: float


def check_connectivity(base_url: str, seconds: float) -> list[CheckResult]:
    """Look the host up, connect to it and hold its certificate to the host's name; a problem ends it."""
    parts = urlsplit(base_url)
    place = _Place(base_url, parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme], seconds)
    if _is_proxied(place):
        why = f"the environment names a proxy for {place.scheme}, which does this for us."
        return [unchecked(check, why) for check in ("dns", "connection", "tls")]
    dns, found = _look_up(place)
    if dns.is_problem:
        return [dns, *(unchecked(check, f"{place.host} has no address.") for check in ("connection", "tls"))]
    connection, opened = _connect(place, found)
    if opened is None:
        return [dns, connection, unchecked("tls", "there is no connection.")]
    with opened:
        return [dns, connection, _check_tls(place, opened)]


def _is_proxied(place: _Place) -> bool:
    """Whether httpx would leave the way to the host to a proxy, as the transport of a run does."""
    proxies = getproxies()
    named = place.scheme in proxies or "all" in proxies
    return named and not is_loopback(place.base_url) and not proxy_bypass(place.host)


def _look_up(place: _Place) -> tuple[CheckResult, Sequence[Any]]:
    found = resolved(place.host, place.port, place.seconds)
    if isinstance(found, Exception):
        said = found.strerror if isinstance(found, socket.gaierror) else f"no answer within {place.seconds:g} s"
        sentence = f"{place.host} has no address: {said}; mend the base URL or the name server of this machine."
        return problem("dns", Exit.DNS, sentence), []
    if _is_literal(place.host):
        return unchecked("dns", f"{place.host} is an address and no name."), found
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    return ok("dns", f"{place.host} is {', '.join(addresses[:3])}{' and others' if addresses[3:] else ''}."), found


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _connect(place: _Place, found: Sequence[Any]) -> tuple[CheckResult, socket.socket | None]:
    where = f"{place.host} port {place.port}"
    started = time.monotonic()
    try:
        opened = _opened(place, found)
    except TimeoutError:
        sentence = f"{where} let no connection be made within {place.seconds:g} s; a firewall may be in between."
        return problem("connection", Exit.TIME_OUT, sentence), None
    except OSError as error:
        sentence = f"{where} lets no connection be made ({error.strerror or error}); is the base URL right?"
        return problem("connection", Exit.CONNECTION, sentence), None
    return ok("connection", f"{where} was reached in {(time.monotonic() - started) * 1000:.0f} ms."), opened


def _opened(place: _Place, found: Sequence[Any]) -> socket.socket:
    """Return a connection to the first address that lets one be made; raises OSError, the last one's."""
    last: OSError = TimeoutError()
    for family, kind, number, _, address in found:
        connection = socket.socket(family, kind, number)
        # One address that swallows everything must not take the time of the others.
        connection.settimeout(place.seconds / len(found))
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            last = error
        else:
            return connection
    raise last


def _check_tls(place: _Place, connection: socket.socket) -> CheckResult:
    if place.scheme != "https":
        if is_loopback(place.base_url):
            return unchecked("tls", "the base URL is plain http on this machine.")
        return remark("tls", "the base URL is plain http, so the key travels unencrypted; is there an https one?")
    try:
        return _valid_for(_certificate(place, connection))
    except ssl.SSLCertVerificationError as error:
        said = error.verify_message.rstrip(".")
        return problem("tls", Exit.TLS, f"the certificate of {place.host} does not verify: {said}.")
    except TimeoutError:
        return problem("tls", Exit.TIME_OUT, f"{place.host} did not shake hands within {place.seconds:g} s.")
    except OSError as error:
        said = (getattr(error, "reason", None) or error.strerror or str(error)).replace("_", " ").lower()
        sentence = f"{place.host} port {place.port} does not complete a TLS handshake ({said}); is it https at all?"
        return problem("tls", Exit.TLS, sentence)


def _certificate(place: _Place, connection: socket.socket) -> dict[str, Any]:
    """Return the verified certificate of the other end; raises OSError, of which SSLError is one."""
    # The same certificates are trusted as in a run.
    context = ssl_context()
    connection.settimeout(place.seconds)
    with (
        Deadline(place.seconds) as deadline,
        context.wrap_socket(connection, server_hostname=place.host, do_handshake_on_connect=False) as wrapped,
    ):
        deadline.watch(wrapped)
        try:
            wrapped.do_handshake()
        except OSError:
            if deadline.passed:
                raise TimeoutError from None
            raise
        return dict(wrapped.getpeercert() or {})


def _valid_for(certificate: dict[str, Any]) -> CheckResult:
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = int((ends - datetime.now(UTC)).total_seconds() // _DAY)
    sentence = f"the certificate verifies and is valid for {pluralise(days, 'day')} more, until {ends:%Y-%m-%d}."
    return remark("tls", f"{sentence[:-1]}; it must be renewed soon.") if days < _FEW_DAYS else ok("tls", sentence)
