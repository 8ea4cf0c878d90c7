"""Installs a gateway into an environment of its own, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

from gateways.description import Gateway
from vidconform.errors import BadOption


def environment_of(gateway: Gateway, given: Path | None) -> Path:
    """Return the folder that a gateway is installed in, the given one or one in the user's cache, installing it first.

    Raises BadOption for a folder that holds another version of it, CalledProcessError where it cannot be installed.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = (given or cache / "vidconform" / "gateways" / gateway.subject).absolute()
    found = installed_version(gateway, folder)
    if found is None:
        _install(gateway, folder)
        found = installed_version(gateway, folder)
    if found != gateway.version:
        raise BadOption("--environment", str(folder), f"{gateway.package} {gateway.version} there; it holds {found}")
    return folder


def installed_version(gateway: Gateway, folder: Path) -> str | None:
    """Return the version that is installed in a folder, or None."""
    if gateway.installer == "npm":
        manifest = folder / "node_modules" / gateway.package / "package.json"
        return str(json.loads(manifest.read_text("utf-8"))["version"]) if manifest.is_file() else None
    sites = [str(site) for site in folder.glob("lib/python*/site-packages")]
    found = distributions(name=gateway.package, path=sites) if sites else ()
    return next((one.version for one in found), None)


def _install(gateway: Gateway, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if gateway.installer == "npm":
        installer = ["npm", "install", "--silent", f"--prefix={folder}"]
    else:
        _run([sys.executable, "-m", "venv", str(folder)])
        installer = [str(folder / "bin" / "pip"), "install", "--quiet"]
    for step in gateway.steps:
        _run([*installer, *step])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)  # noqa: S603 - what the file of the gateway says
