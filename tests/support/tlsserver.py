"""An HTTPS server on this machine, with a certificate of any age, made by openssl."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Certificate:
    """A certificate that signs itself, and its private key."""

    chain: Path
    key: Path


def certificate(folder: Path, days: int, host: str = "127.0.0.1") -> Certificate:
    """Make a certificate for a host that is valid for some days; openssl counts down to -1, which has expired."""
    request, made = folder / "request.pem", Certificate(folder / "chain.pem", folder / "key.pem")
    (folder / "names").write_text(f"subjectAltName={'IP' if host[0].isdigit() else 'DNS'}:{host}\n")
    _openssl("req", "-new", *_KEY, "-keyout", made.key, "-out", request, "-subj", f"/CN={host}")
    _openssl(
        "x509", "-req", "-in", request, "-signkey", made.key, "-days", days, "-out", made.chain,
        "-extfile", folder / "names",
    )  # fmt: skip
    return made


def _openssl(*words: object) -> None:
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=20)


def server_context(shown: Certificate) -> ssl.SSLContext:
    """Return what a server needs that shows a certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown.chain, shown.key)
    return context


class _Refusing(BaseHTTPRequestHandler):
    """Knows no task."""

    def do_GET(self) -> None:
        body = b'{"error": {"message": "task not found"}}'
        self.send_response(404)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, *words: object) -> None:
        """A handshake that a client breaks off is what these tests are about."""


@contextmanager
def serving_tls(shown: Certificate) -> Iterator[str]:
    """Serve on a free port while the block lasts; yields the address."""
    context = server_context(shown)
    with _Quiet(("127.0.0.1", 0), _Refusing) as server:
        # The handshake is done by the first read, in the thread of the connection.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join(5)
