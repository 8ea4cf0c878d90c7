"""Providers: who serves contracts, and how they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vidconform.contracts.data_files import read_toml
from vidconform.contracts.patterns import fits, lack_of_pattern
from vidconform.errors import DataFileProblem, UnknownProvider
from vidconform.locations import data_folder


@dataclass(frozen=True)
class Pace:
    """How often a provider is asked; seconds, and requests a second."""

    poll_interval: float = 5.0
    poll_timeout: float = 900.0
    requests_per_second: float = 2.0


@dataclass(frozen=True)
class IdSpace:
    """The shape of one kind of task id, an id of that shape that no task has, and one that has not that shape."""

    pattern: str
    unknown: str
    malformed: str | None = None


@dataclass(frozen=True)
class Provider:
    """One provider.toml; `models` is the path of a free list of models, `creation_price` is in USD.

    `gone` says since when and why its own address answers no more.
    """

    name: str
    folder: Path
    base_url: str
    key_variable: str
    title: str = ""
    models: str | None = None
    pace: Pace = Pace()
    creation_price: float | None = None
    id_spaces: dict[str, IdSpace] = field(default_factory=dict)
    gone: str | None = None
    names_a_key: bool = True

    @property
    def contract_names(self) -> list[str]:
        """The folders that hold a ledger."""
        return sorted(ledger.parent.name for ledger in self.folder.glob("*/requirements.toml"))

    @property
    def is_own(self) -> bool:
        """Whether the provider is one of the project's own, under specs/."""
        return self.folder.resolve().parent == data_folder("specs")

    @property
    def argument(self) -> str:
        """What --provider takes for this provider: the name, or the folder of one outside the project."""
        if self.is_own:
            return self.name
        folder = str(self.folder)
        # A name is a name first; a step in front makes it a folder.
        return f"./{folder}" if folder in (*known_providers(), "all") else folder

    @property
    def other_key_variable(self) -> str:
        """The environment variable of the API key of another account."""
        return f"{self.name.upper().replace('-', '_')}_OTHER_API_KEY"

    @property
    def base_url_variable(self) -> str:
        """The environment variable that replaces the provider's own address."""
        return f"{self.name.upper().replace('-', '_')}_BASE_URL"


def known_providers() -> list[str]:
    """Return the names of the providers under specs/."""
    return sorted(file.parent.name for file in data_folder("specs").glob("*/provider.toml"))


def provider_names(chosen: Sequence[str]) -> list[str]:
    """Return the names that were chosen, each once, with `all`, or nothing, spelled out."""
    names = [known for name in chosen or ["all"] for known in (known_providers() if name == "all" else [name])]
    return list(dict.fromkeys(names))


def find_provider(name: str) -> Provider:
    """Return a provider by its name under specs/ or by the folder that holds its provider.toml.

    Raises UnknownProvider, DataFileProblem.
    """
    if name in known_providers():
        return load_provider(data_folder("specs") / name)
    folder = Path(name)
    if not (folder / "provider.toml").is_file():
        raise UnknownProvider(name, known_providers())
    return load_provider(folder)


def load_provider(folder: Path) -> Provider:
    """Return the provider of a folder; raises DataFileProblem."""
    path = folder / "provider.toml"
    content = read_toml(path, "provider")
    provider = Provider(
        name=content["name"],
        folder=folder,
        base_url=content["base_url"].rstrip("/"),
        key_variable=content.get("key", f"{content['name'].upper().replace('-', '_')}_API_KEY"),
        title=content.get("title", content["name"]),
        models=content.get("models"),
        pace=Pace(**content.get("pace", {})),
        creation_price=content.get("price", {}).get("creation"),
        id_spaces=_id_spaces(content),
        gone=content.get("gone"),
        names_a_key="key" in content,
    )
    _check_patterns(path, provider.id_spaces)
    if not provider.contract_names:
        raise DataFileProblem(path, "no folder beside it holds a requirements.toml, so there is no contract")
    return provider


def _id_spaces(content: dict[str, Any]) -> dict[str, IdSpace]:
    return {name: IdSpace(**space) for name, space in content.get("ids", {}).items()}


def _check_patterns(path: Path, spaces: dict[str, IdSpace]) -> None:
    for name, space in spaces.items():
        lack = lack_of_pattern(space.pattern)
        if lack is not None:
            raise DataFileProblem(path, f"ids.{name}.pattern {lack}")
        if not fits(space.pattern, space.unknown):
            problem = f"ids.{name}.unknown, {space.unknown!r}, does not match ids.{name}.pattern, {space.pattern!r}"
            raise DataFileProblem(path, f"{problem}: it is an id of that shape which no task has")
