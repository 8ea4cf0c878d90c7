"""The tasks that a reply of a list holds."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import Contract, id_text
from vidconform.exchange.messages import Exchange

# What a list of models calls the id of one.
_NAMES = ("id", "model", "name")


def listed_tasks(contract: Contract, exchange: Exchange) -> list[dict[str, Any]] | None:
    """Return the tasks of a list, at the place that the document gives for them; None where it holds none there.

    A document without such a place has the list itself as its body.
    """
    found = _listed(contract, exchange, "tasks", "list")
    return None if found is None else [task for task in found if isinstance(task, dict)]


def listed_models(contract: Contract, exchange: Exchange) -> list[str] | None:
    """Return the models that a list of models names, as texts or as objects; None where it holds no list there."""
    found = _listed(contract, exchange, "models", "models")
    if found is None:
        return None
    told = [next(filter(None, map(one.get, _NAMES)), None) if isinstance(one, dict) else one for one in found]
    return [name for name in told if isinstance(name, str)]


def _listed(contract: Contract, exchange: Exchange, role: str, asked: str) -> list[Any] | None:
    place, body = contract.field(role, asked, exchange.reply.status), exchange.reply.json
    found = body if place is None else place.read(body)
    return found if exchange.reply.is_success and isinstance(found, list) else None


def listed_value(contract: Contract, task: dict[str, Any], role: str) -> Any:
    """Return a field of a listed task, which has no wrapper even where a single one has."""
    place = contract.listed_field(role)
    if place is None:
        return None
    told = place.read(task)
    return task.get(str(place.path[-1])) if told is None else told


def listed_ids(contract: Contract, exchange: Exchange) -> list[str]:
    """Return the ids of the tasks of a list in its order."""
    roles = [role for role in ("id", "task-id") if contract.listed_field(role) is not None][:1]
    tasks = listed_tasks(contract, exchange) or []
    told = (id_text(listed_value(contract, task, role)) for task in tasks for role in roles)
    return [value for value in told if value is not None]
