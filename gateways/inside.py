"""What runs in the enclosure: upstream, gateway and suite, one after the other."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from gateways.description import Gateway, read_gateway
from gateways.enclosure import raise_loopback

_PATIENCE = 180.0
_LAST_LINES = 30


def main(told: str) -> int:
    """Judge a gateway as a JSON object says, and return pytest's exit code; the enclosure ends what was started."""
    plan = json.loads(told)
    gateway, folder = read_gateway(plan["gateway"], Path(plan["gateways"])), Path(plan["folder"])
    raise_loopback()
    key = f"sk-{secrets.token_hex(32)}"
    environ = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    if gateway.upstream:
        _start_upstream(gateway, folder, environ)
    _start_gateway(gateway, folder, Path(plan["environment"]), {**environ, gateway.key: key})
    command = [sys.executable, "-m", "pytest", *plan["pytest"], f"--provider-url={gateway.url}"]
    return subprocess.run(command, env={**environ, plan["variable"]: key}, check=False).returncode  # noqa: S603 - ours


def _start_upstream(gateway: Gateway, folder: Path, environ: Mapping[str, str]) -> None:
    port = gateway.upstream["port"]
    command = [sys.executable, "-m", "vidconform", "serve", gateway.upstream["provider"], f"--port={port}"]
    process = _started(command, folder / "upstream.log", environ)
    _wait(process, f"http://127.0.0.1:{port}/", folder / "upstream.log")


def _start_gateway(gateway: Gateway, folder: Path, environment: Path, environ: Mapping[str, str]) -> None:
    for name, text in gateway.files.items():
        (folder / name).write_text(gateway.filled(text, environment, folder), "utf-8")
    command = [gateway.filled(word, environment, folder) for word in gateway.command]
    process = _started(command, folder / "gateway.log", {**environ, **gateway.environment})
    _wait(process, gateway.url + gateway.ready, folder / "gateway.log")


def _started(command: Sequence[str], log: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(  # noqa: S603 - what the file of the gateway says
            command, env=dict(environ), cwd=log.parent, stdin=subprocess.DEVNULL, stdout=file, stderr=file
        )


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until something answers, whatever it says; ends the program with the end of the log where nothing does."""
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if _answers(url):
            return
        time.sleep(0.1)
    lines = log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
    sys.exit("\n".join([*lines, f"{url}: nothing answers; above is the end of what was started"]))


def _answers(url: str) -> bool:
    try:
        build_opener(ProxyHandler({})).open(url, timeout=5).close()
    except HTTPError as refusal:
        return refusal.code < 500
    except (ConnectionError, TimeoutError, URLError):
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
