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
from vidconform.doctor.exit_codes import ExitCode
from vidconform.text import pluralise
from vidconform.transport import PORTS, Deadline, is_loopback, looked_up, ssl_context

_FEW_DAYS = 14
_DAY = 86_400


@dataclass(frozen=True)
class _Endpoint:
    """Where a base URL points at; `seconds` bound each step on the way there."""

    base_url: str
    scheme: str
    host: str
    port: int
    seconds: float


def check_connectivity(base_url: str, seconds: float) -> list[CheckResult]:
    """Look the host up, connect to it and hold its certificate to the host's name; a problem ends it."""
    parts = urlsplit(base_url)
    endpoint = _Endpoint(base_url, parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme], seconds)
    if _is_proxied(endpoint):
        why = f"the environment names a proxy for {endpoint.scheme}, which does this for us."
        return [unchecked(check, why) for check in ("dns", "connection", "tls")]
    dns, found = _look_up(endpoint)
    if dns.is_problem:
        return [dns, *(unchecked(check, f"{endpoint.host} has no address.") for check in ("connection", "tls"))]
    connection, opened = _connect(endpoint, found)
    if opened is None:
        return [dns, connection, unchecked("tls", "there is no connection.")]
    with opened:
        return [dns, connection, _check_tls(endpoint, opened)]


def _is_proxied(endpoint: _Endpoint) -> bool:
    """Whether httpx would leave the way to the host to a proxy, as the transport of a run does."""
    proxies = getproxies()
    named = endpoint.scheme in proxies or "all" in proxies
    return named and not is_loopback(endpoint.base_url) and not proxy_bypass(endpoint.host)


def _look_up(endpoint: _Endpoint) -> tuple[CheckResult, Sequence[Any]]:
    found = looked_up(endpoint.host, endpoint.port, endpoint.seconds)
    if isinstance(found, Exception):
        said = found.strerror if isinstance(found, socket.gaierror) else f"no answer within {endpoint.seconds:g} s"
        sentence = f"{endpoint.host} has no address: {said}; mend the base URL or the name server of this machine."
        return problem("dns", ExitCode.DNS, sentence), []
    if _is_literal(endpoint.host):
        return unchecked("dns", f"{endpoint.host} is an address and no name."), found
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    return ok("dns", f"{endpoint.host} is {', '.join(addresses[:3])}{' and others' if addresses[3:] else ''}."), found


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _connect(endpoint: _Endpoint, found: Sequence[Any]) -> tuple[CheckResult, socket.socket | None]:
    where = f"{endpoint.host} port {endpoint.port}"
    started = time.monotonic()
    try:
        opened = _opened(endpoint, found)
    except TimeoutError:
        sentence = f"{where} let no connection be made within {endpoint.seconds:g} s; a firewall may be in between."
        return problem("connection", ExitCode.TIME_OUT, sentence), None
    except OSError as error:
        sentence = f"{where} lets no connection be made ({error.strerror or error}); is the base URL right?"
        return problem("connection", ExitCode.CONNECTION, sentence), None
    return ok("connection", f"{where} was reached in {(time.monotonic() - started) * 1000:.0f} ms."), opened


def _opened(endpoint: _Endpoint, found: Sequence[Any]) -> socket.socket:
    """Return a connection to the first address that lets one be made; raises OSError, the last one's."""
    last: OSError = TimeoutError()
    for family, kind, number, _, address in found:
        connection = socket.socket(family, kind, number)
        # One address that swallows everything must not take the time of the others.
        connection.settimeout(endpoint.seconds / len(found))
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            last = error
        else:
            return connection
    raise last


def _check_tls(endpoint: _Endpoint, connection: socket.socket) -> CheckResult:
    if endpoint.scheme != "https":
        if is_loopback(endpoint.base_url):
            return unchecked("tls", "the base URL is plain http on this machine.")
        return remark("tls", "the base URL is plain http, so the key travels unencrypted; is there an https one?")
    try:
        return _valid_for(_certificate(endpoint, connection))
    except ssl.SSLCertVerificationError as error:
        said = error.verify_message.rstrip(".")
        return problem("tls", ExitCode.TLS, f"the certificate of {endpoint.host} does not verify: {said}.")
    except TimeoutError:
        return problem("tls", ExitCode.TIME_OUT, f"{endpoint.host} did not shake hands within {endpoint.seconds:g} s.")
    except OSError as error:
        said = (getattr(error, "reason", None) or error.strerror or str(error)).replace("_", " ").lower()
        sentence = (
            f"{endpoint.host} port {endpoint.port} does not complete a TLS handshake ({said}); is it https at all?"
        )
        return problem("tls", ExitCode.TLS, sentence)


def _certificate(endpoint: _Endpoint, connection: socket.socket) -> dict[str, Any]:
    """Return the verified certificate of the other end; raises OSError, of which SSLError is one."""
    # The same certificates are trusted as in a run.
    context = ssl_context()
    connection.settimeout(endpoint.seconds)
    with (
        Deadline(endpoint.seconds) as deadline,
        context.wrap_socket(connection, server_hostname=endpoint.host, do_handshake_on_connect=False) as wrapped,
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
