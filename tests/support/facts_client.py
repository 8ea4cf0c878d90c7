"""A client that knows no vendor: what it does stands in the facts of a contract, and nowhere else."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import httpx
from jsonschema import Draft202012Validator

Json = dict[str, Any]


class NotDocumented(Exception):
    """What the document does not say, so that nothing is done."""


# What httpx calls the body of each media type.
_KINDS = {"application/json": "json", "multipart/form-data": "files"}


@dataclass
class FactsClient:
    contract: Json
    base_url: str
    keys: dict[str, str]
    http: httpx.Client = field(default_factory=httpx.Client)
    address: str = ""
    sleep: Callable[[float], None] = time.sleep

    def video(self, task_id: str | None = None) -> bytes:
        """Return the video of a task, of a new one where none is given."""
        if task_id is None:
            made = self.ask("create")
            task_id, self.address = self.read(made, "create", "id"), self.read(made, "create", "polling-url") or ""
        last, role = next(reply for reply in self.reads(task_id) if self.phase(reply) == "succeeded"), "retrieve"
        if any(one["role"] == "content" for one in self.contract["operations"]):
            last, role = self.ask("content", task_id), "content"
            if "json" not in last.headers.get("content-type", ""):
                return last.content
        if (result := self.read(last, role, "result")) is None:
            raise NotDocumented("where the video is")
        return self.fetch(urljoin(str(last.url), result))

    def reads(self, task_id: str) -> Any:
        facts = self.operation("retrieve")
        lag, pace = told(facts, "lag") or {"responses": []}, told(facts, "pace") or {}
        for _ in range(20):
            reply = self.ask("retrieve", task_id, allowed=lag["responses"])
            if reply.is_success:
                yield reply
            self.sleep(pace.get("poll_interval", 0))

    def phase(self, reply: httpx.Response) -> str:
        """Return what a task is, and raise where it has ended without a video."""
        word, phases = self.read(reply, "retrieve", "status"), self.reply(reply, "retrieve")["words"]["phases"]
        known = {phase: fact["value"] for phase, fact in phases.items() if fact["value"]}
        decided = (phase for phase, value in known.items() if decides(value, reply.json()))
        named = (phase for phase, value in known.items() if means(value, word))
        found = next(chain(decided, named), None)
        if found is None:
            raise NotDocumented(f"what {word!r} means")
        if known[found]["ends"] and found != "succeeded":
            raise RuntimeError(f"{found}: {self.read(reply, 'retrieve', 'error')}")
        return str(found)

    def ask(self, role: str, task_id: str = "", allowed: tuple[str, ...] = ()) -> httpx.Response:
        facts = self.operation(role)
        route, request = told(facts, "route"), told(facts, "request") or {"sent_as": None}
        carries = {"headers": {}, "query": {}, **(told(facts, "carries") or {})}
        place, name = ((told(facts, "task_id") or {}).get(key) for key in ("in", "name"))
        path = (route["path"] or self.address).replace(f"{{{name}}}", quote(task_id, safe=""))
        query = {**carries["query"], **({name: task_id} if place == "query" else {})}
        body = dict(request["example"]) if request["sent_as"] else {}
        if place == "body":
            body[name] = [task_id] if told(facts, "task_id")["pointer"].endswith("/0") else task_id
        form: dict[str, Any] = {_KINDS.get(request["sent_as"], "data"): body} if request["sent_as"] else {}
        if "files" in form:
            form = {"files": {name: (None, str(value)) for name, value in body.items()}}
        headers = {**carries["headers"], **self.key(facts)}
        url = urljoin(self.base_url, path)
        reply = self.http.request(route["method"], url, params=query or None, headers=headers, **form)
        return reply if str(reply.status_code) in allowed else reply.raise_for_status()

    def key(self, facts: Json) -> dict[str, str]:
        choices = (told(facts, "credentials") or {"choices": []})["choices"]
        usable = (choice for choice in choices if all(scheme["variable"] in self.keys for scheme in choice))
        return {scheme["header"]: scheme["prefix"] + self.keys[scheme["variable"]] for scheme in next(usable, [])}

    def fetch(self, url: str) -> bytes:
        """Fetch a result without the key, and with it where the service's own host asks for one."""
        reply, is_own = self.http.get(url), urlsplit(url).netloc == urlsplit(self.base_url).netloc
        key = self.key(self.operation("retrieve")) if is_own and reply.status_code in (401, 403) else None
        return (self.http.get(url, headers=key) if key else reply).raise_for_status().content

    def read(self, reply: httpx.Response, role: str, name: str) -> Any:
        facts = self.reply(reply, role)
        place = told(facts["fields"], name) if name in facts["fields"] else None
        found = (at(reply.json(), pointer, facts["texts"]) for pointer in (place or {"pointers": []})["pointers"])
        return next((value for value in found if value not in (None, "")), None)

    def reply(self, reply: httpx.Response, role: str) -> Json:
        code = str(reply.status_code)
        return next(one for one in self.operation(role)["replies"] if one["status"] in (code, f"{code[0]}XX"))

    def operation(self, role: str) -> Json:
        return next(one for one in self.contract["operations"] if one["role"] == role)


def told(facts: Json, name: str) -> Any:
    return facts[name]["value"]


def decides(value: Json, body: Any) -> bool:
    return value["when"] is not None and Draft202012Validator(value["when"]).is_valid(body)


def means(value: Json, word: str) -> bool:
    return word in value["words"] or (value["any_case"] and word.casefold() in map(str.casefold, value["words"]))


def at(body: Any, pointer: str, texts: list[str]) -> Any:
    """Return what stands at a JSON Pointer; a text on its way that holds JSON is read."""
    place = ""
    for name in pointer.split("/")[1:]:
        place, name = f"{place}/{name}", name.replace("~1", "/").replace("~0", "~")
        if isinstance(body, list):
            body = body[int(name)] if len(body) > int(name) else None
        else:
            body = body.get(name) if isinstance(body, dict) else None
        body = json.loads(body) if place in texts and body is not None else body
    return body
