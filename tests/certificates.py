"""Certificates of a day, good and bad, made with openssl as a test needs them."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True)
class Authority:
    """A certificate authority of our own; `file` is its certificate."""

    folder: Path
    file: Path

    def server(self, name: str, *, days: int = 1) -> ssl.SSLContext:
        """Return what a server needs for a certificate of some address or name; 0 days are over at once."""
        made = self.folder / f"{name}-{days}"
        subject = f"{'IP' if name[0].isdigit() else 'DNS'}:{name}"
        extensions = made.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={subject}\n")
        _openssl("req", "-new", *_KEY, "-keyout", f"{made}.key", "-out", f"{made}.csr", "-subj", f"/CN={name}")
        _openssl(
            "x509", "-req", "-in", f"{made}.csr", "-CA", str(self.file), "-CAkey", f"{self.folder}/ca.key",
            "-CAcreateserial", "-days", str(days), "-extfile", str(extensions), "-out", f"{made}.pem",
        )  # fmt: skip
        return _context(Path(f"{made}.pem"), Path(f"{made}.key"))

    def itself(self) -> ssl.SSLContext:
        """Return what a server needs that shows a self-signed certificate."""
        return _context(self.file, self.folder / "ca.key")


def authority(folder: Path) -> Authority:
    """Make an authority in a folder; skips the test where there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl")
    file = folder / "ca.pem"
    _openssl(
        "req", "-x509", *_KEY, "-keyout", f"{folder}/ca.key", "-out", str(file), "-days", "1",
        "-subj", "/CN=vidconform test", "-addext", "subjectAltName=IP:127.0.0.1",
    )  # fmt: skip
    return Authority(folder, file)


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True, timeout=20)


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
