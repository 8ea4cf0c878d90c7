"""Which operation of a provider's documents each request of the openai package meets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from vidconform.contracts import Contract, Operation

# RFC 9110 method and the path below the base URL, of which the package fixes all but the id.
ROUTES = {
    "create": ("POST", "/videos"),
    "list": ("GET", "/videos"),
    "retrieve": ("GET", "/videos/{}"),
    "delete": ("DELETE", "/videos/{}"),
    "content": ("GET", "/videos/{}/content"),
    "remix": ("POST", "/videos/{}/remix"),
}


@dataclass(frozen=True)
class Route:
    """One route of the package, with what a document says of it."""

    role: str
    contract: Contract
    operation: Operation


@dataclass(frozen=True)
class OpenAIRoutes:
    """The routes of the package below `prefix`, as far as the documents of a provider name them, by role."""

    prefix: str
    by_role: dict[str, Route]

    @property
    def contract(self) -> Contract | None:
        """The document that names most of them, by whose words a task is read."""
        named = [route.contract for route in self.by_role.values()]
        return max(named, key=named.count) if named else None

    def role_of(self, method: str, path: str) -> tuple[str, str | None]:
        """Return what a request of the package is for, and the id that it asks for."""
        below = path.removeprefix(self.prefix)
        for role, (own, template) in ROUTES.items():
            found = re.fullmatch(template.replace("{}", "([^/]+)"), below)
            if found is not None and own == method:
                return role, next(map(unquote, found.groups()), None)
        return "", None


def openai_routes(contracts: Iterable[Contract]) -> OpenAIRoutes:
    """Return the routes that the documents of a provider name, all below the address that serves most of them."""
    found: dict[str, dict[str, Route]] = {}
    for contract in contracts:
        for operation in contract.operations:
            for role, prefix in _met(operation):
                found.setdefault(prefix, {}).setdefault(role, Route(role, contract, operation))
    prefix = max(found, key=lambda one: len(found[one]), default="/v1")
    return OpenAIRoutes(prefix, found.get(prefix, {}))


def _met(operation: Operation) -> Iterable[tuple[str, str]]:
    """Yield what an operation is to the package, with the path of the base URL that leads to it."""
    method, template = ROUTES.get(operation.role, ("", ""))
    path = re.sub(r"\{[^/]*\}", "{}", operation.path)
    if operation.method.upper() == method and path.endswith(template) and operation.id_in != "query":
        yield operation.role, path.removesuffix(template)
