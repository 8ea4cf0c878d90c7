"""Providers: who serves contracts, and how they are reached.

Who serves and whose contract it is are two things: a gateway keeps the document of another provider (`held_to`), and a
subject is a provider at one version (`NAME@VERSION`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vidconform.contracts.data_files import read_toml
from vidconform.contracts.patterns import fits, lack_of_pattern
from vidconform.errors import DataFileProblem, UnknownProvider
from vidconform.locations import data_folder

_SUBJECT = re.compile(r"[a-z][a-z0-9-]*@[0-9A-Za-z][0-9A-Za-z.+_-]*")


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

    `gone` says since when and why its own address answers no more. `held_to` is the contract of another provider that
    it is held to, in the folder `home`. Of a subject, `name` is NAME@VERSION, `declared` the name in its provider.toml.
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
    held_to: str | None = None
    home: Path | None = None
    declared: str = ""
    version: str | None = None

    @property
    def contract_names(self) -> list[str]:
        """The folders that hold a ledger."""
        if self.held_to is not None:
            return [self.held_to.partition("/")[2]]
        return sorted(ledger.parent.name for ledger in self.folder.glob("*/requirements.toml"))

    @property
    def stem(self) -> str:
        """The name of who serves, whichever version."""
        return self.name.partition("@")[0]

    @property
    def publishes(self) -> bool:
        """Whether the contracts that it is held to are its own."""
        return self.held_to is None and self.stem == (self.declared or self.name)

    def serving_as(self, subject: str) -> Provider:
        """Return it as a subject, NAME@VERSION; its variables keep the name that its provider.toml gives them."""
        name, _, version = subject.partition("@")
        title = self.title if name == self.stem else name
        own = self.declared or self.name
        return replace(self, name=subject, declared=own, version=version, title=f"{title} {version}")

    @property
    def is_own(self) -> bool:
        """Whether the provider is one of the project's own, under specs/."""
        return self.folder.resolve().parent == data_folder("specs")

    @property
    def argument(self) -> str:
        """What --provider takes for this provider: the name, or the folder of one outside the project."""
        own, folder = self.declared or self.name, str(self.folder)
        if not self.is_own:
            # A name is a name first; a step in front makes it a folder.
            own = f"./{folder}" if folder in (*all_providers(), "all") else folder
        return f"{own}@{self.version}" if self.version and self.stem == self.declared else own

    @property
    def other_key_variable(self) -> str:
        """The environment variable of the API key of another account."""
        return f"{self._prefix}_OTHER_API_KEY"

    @property
    def base_url_variable(self) -> str:
        """The environment variable that replaces the provider's own address."""
        return f"{self._prefix}_BASE_URL"

    @property
    def tasks_variable(self) -> str:
        """The variable in which a night keeps the ids of tasks to observe; no run reads it by itself."""
        return f"{self._prefix}_TASK_IDS"

    @property
    def _prefix(self) -> str:
        return variable_prefix(self.declared or self.name)


def variable_prefix(name: str) -> str:
    """Return what the environment variables of a provider begin with."""
    return name.upper().replace("-", "_")


def all_providers() -> list[str]:
    """Return the names of the providers under specs/."""
    return sorted(file.parent.name for file in data_folder("specs").glob("*/provider.toml"))


def known_providers() -> list[str]:
    """Return the names of the providers under specs/ that have contracts of their own."""
    specs = data_folder("specs")
    return [name for name in all_providers() if any((specs / name).glob("*/requirements.toml"))]


def provider_names(chosen: Sequence[str], known: Callable[[], Sequence[str]] = known_providers) -> list[str]:
    """Return the names that were chosen, each once, with `all`, or nothing, spelled out as those that are known."""
    names = [one for name in chosen or ["all"] for one in (known() if name == "all" else [name])]
    return list(dict.fromkeys(names))


def is_subject(name: str) -> bool:
    """Whether a name says who serves and in which version: NAME@VERSION."""
    return _SUBJECT.fullmatch(name) is not None


def find_provider(name: str) -> Provider:
    """Return a provider by its name under specs/ or by the folder that holds its provider.toml, @VERSION behind or not.

    Raises UnknownProvider, DataFileProblem.
    """
    folder = _folder_of(name)
    if folder is not None:
        return load_provider(folder)
    stem, _, version = name.rpartition("@")
    folder = _folder_of(stem) if stem and is_subject(f"x@{version}") else None
    if folder is None:
        raise UnknownProvider(name, all_providers())
    found = load_provider(folder)
    return found.serving_as(f"{found.name}@{version}")


def _folder_of(name: str) -> Path | None:
    own = data_folder("specs") / name if Path(name).name == name else Path(name)
    return next((folder for folder in (own, Path(name)) if (folder / "provider.toml").is_file()), None)


def load_provider(folder: Path) -> Provider:
    """Return the provider of a folder; raises DataFileProblem."""
    path = folder / "provider.toml"
    content = read_toml(path, "provider")
    publisher = _publisher(path, content["contract"]) if "contract" in content else None
    spaces = {name: IdSpace(**space) for name, space in content.get("ids", {}).items()}
    provider = Provider(
        name=content["name"],
        folder=folder,
        base_url=content["base_url"].rstrip("/"),
        key_variable=content.get("key", f"{variable_prefix(content['name'])}_API_KEY"),
        title=content.get("title", content["name"]),
        models=content.get("models"),
        pace=Pace(**content.get("pace", {})),
        creation_price=content.get("price", {}).get("creation"),
        id_spaces={**(publisher.id_spaces if publisher else {}), **spaces},
        gone=content.get("gone"),
        names_a_key="key" in content,
        held_to=content.get("contract"),
        home=publisher.folder if publisher else folder,
    )
    _check_patterns(path, provider.id_spaces)
    if not provider.contract_names:
        raise DataFileProblem(path, "no folder beside it holds a requirements.toml, so there is no contract")
    return provider


def _publisher(path: Path, contract: str) -> Provider:
    """Return the provider that published a contract; raises DataFileProblem."""
    owner, _, name = contract.partition("/")
    found = load_provider(data_folder("specs") / owner) if owner in known_providers() else None
    if found is None or name not in found.contract_names:
        there = [f"{one.name}/{n}" for one in map(find_provider, known_providers()) for n in one.contract_names]
        raise DataFileProblem(path, f"contract {contract!r}: no such contract; there are {', '.join(there)}")
    return found


def _check_patterns(path: Path, spaces: dict[str, IdSpace]) -> None:
    for name, space in spaces.items():
        lack = lack_of_pattern(space.pattern)
        if lack is not None:
            raise DataFileProblem(path, f"ids.{name}.pattern {lack}")
        if not fits(space.pattern, space.unknown):
            problem = f"ids.{name}.unknown, {space.unknown!r}, does not match ids.{name}.pattern, {space.pattern!r}"
            raise DataFileProblem(path, f"{problem}: it is an id of that shape which no task has")
