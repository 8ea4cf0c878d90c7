"""What a client is told of an emulator, by environment variables; real keys and addresses are none of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vidconform.contracts import find_provider, known_providers, known_secrets
from vidconform.errors import BadOption

if TYPE_CHECKING:
    from vidconform.emulator import Running

KEY = "sk-emulated-0f3c9a6e51d84b27"
"""The key of every emulator; it opens nothing else."""

TASK_VARIABLE = "VIDCONFORM_TASK_ID"
_PLACE = re.compile(r"\{([a-z][\w:.-]*)\}")
_LOOPBACK = "127.0.0.1,localhost"
_SHORTEST = 8


def templates(provider: str, variables: Sequence[str], given: Sequence[str]) -> dict[str, str]:
    """Return what each variable is to hold, with places for what is known once an emulator runs; raises BadOption."""
    address = find_provider(provider).base_url_variable
    chosen = {address: "{url}", **dict.fromkeys(variables, "{key}"), TASK_VARIABLE: "{task}"}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise BadOption("--env", pair, "NAME=VALUE, where {url}, {key} and {task} stand for the emulator's")
        chosen[name] = value
    return chosen


def filled(chosen: Mapping[str, str], emulator: Running) -> dict[str, str]:
    """Return the variables with what a running emulator has in their places; raises BadOption."""
    tasks = _finishing_tasks(emulator)
    known = {"url": emulator.url, "key": KEY, "task": next(iter(tasks.values()), "")}
    known |= {f"task:{contract}": id for contract, id in tasks.items()}

    def value(place: re.Match[str]) -> str:
        if place[1] not in known:
            raise BadOption("--env", place[0], f"one of {', '.join(f'{{{name}}}' for name in known)}")
        return known[place[1]]

    return {name: _PLACE.sub(value, template) for name, template in chosen.items()}


def _finishing_tasks(emulator: Running) -> dict[str, str]:
    """Return the id of a task that exists from the start and comes to a good end, for each contract that has one."""
    contracts = emulator.server_state.provider.contracts
    return {
        name: known.id
        for name, tasks in emulator.server_state.known.items()
        for known in reversed(tasks)
        if contracts[name].phase(known.life[-1].status) == "succeeded" or known is tasks[0]
    }


def without_secrets(environ: Mapping[str, str], provider: str, variables: Sequence[str]) -> dict[str, str]:
    """Return an environment without what belongs to real providers: keys under any name, and addresses."""
    names = [*known_providers(), provider]
    own = find_provider(provider)
    secrets = known_secrets(environ, [own.name])
    addresses = {find_provider(name).base_url_variable for name in names}
    hidden = {*secrets, *variables, own.key_variable, own.other_key_variable, *addresses}
    values = [value for name, value in environ.items() if name in hidden - addresses and len(value) >= _SHORTEST]
    kept = {n: v for n, v in environ.items() if n not in hidden and not any(secret in v for secret in values)}
    return kept | dict.fromkeys(("NO_PROXY", "no_proxy"), _LOOPBACK)
