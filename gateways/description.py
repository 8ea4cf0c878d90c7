"""What is known of a gateway: how it is installed, started and asked, read from NAME.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidconform.contracts import FileFormat
from vidconform.errors import BadOption, DataFileProblem

FOLDER = Path(__file__).resolve().parent
_FORMAT = FileFormat(FOLDER / "gateway.schema.json")


@dataclass(frozen=True)
class Gateway:
    """A gateway at one version; `key` is the variable that tells it which key to take.

    `command` and `files` have places in braces: environment, folder, port and upstream.
    """

    name: str
    version: str
    package: str
    installer: str
    install: dict[str, list[list[str]]]
    command: list[str]
    port: int
    ready: str
    key: str
    upstream: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """What `--subject` calls it."""
        return f"{self.name}@{self.version}"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def steps(self) -> list[list[str]]:
        """What the installer is told, step by step."""
        steps = self.install.get(self.version, self.install["default"])
        return [[word.format(version=self.version) for word in step] for step in steps]

    def filled(self, text: str, environment: Path, folder: Path) -> str:
        """Return a text with a value for each place; braces around anything else stay."""
        upstream = f"http://127.0.0.1:{self.upstream['port']}" if self.upstream else ""
        values = {"environment": environment, "folder": folder, "port": self.port, "upstream": upstream}
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text


def read_gateway(asked: str, folder: Path = FOLDER) -> Gateway:
    """Return the gateway of NAME==VERSION; raises BadOption, DataFileProblem."""
    name, _, version = asked.partition("==")
    known = sorted(path.stem for path in folder.glob("*.toml"))
    if name not in known or not version:
        raise BadOption("gateway", asked, f"NAME==VERSION, NAME one of {', '.join(known)}")
    path = folder / f"{name}.toml"
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        _FORMAT.check(content)
    except ValueError as error:
        raise DataFileProblem(path, str(error)) from error
    return Gateway(name, version, **content)
