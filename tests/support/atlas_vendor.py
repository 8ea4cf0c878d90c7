"""A made-up vendor on a socket: ids in a body, polling addresses, models, filters, two credentials, cancellations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.support.rawserver import Asked, Server, http, serving
from vidconform.emulator.small_media import SMALL_MP4

KEYS = {
    "ATLAS_API_KEY": "at-9xQ2+fD7/mK4wPz", "ATLAS_APP_TOKEN": "ap-7hV3+sB9/nJ2rXt",
    "ATLAS_CLIPS_TOKEN": "ct-4kM8+gT6/vC1yLq", "ATLAS_OTHER_API_KEY": "ot-5tZ1+kW8/bG3vQm",
}  # fmt: skip
OWN, APP, TOKEN, OTHER = KEYS.values()
Said = tuple[int, Any]
NEXT = {"queued": "rolling", "rolling": "done"}


@dataclass
class AtlasVendor:
    """Its films; each read takes one a step on."""

    faults: frozenset[str]
    films: dict[str, dict[str, Any]] = field(default_factory=dict)
    server: Server | None = None
    hung_up: bool = False

    def bytes_for(self, asked: Asked) -> bytes:
        if "hangs-up-once" in self.faults and asked.target == "/v1/films/query" and not self.hung_up:
            self.hung_up = True
            return b""
        if asked.target.startswith("/files/"):
            return http(404) if "file-gone" in self.faults else http(200, SMALL_MP4, "Content-Type: video/mp4")
        status, said = self.say(asked, urlsplit(asked.target).path.strip("/").split("/"))
        return http(status, json.dumps(said).encode(), "Content-Type: application/json")

    def say(self, asked: Asked, words: list[str]) -> Said:
        if words == ["v1", "models"]:
            is_shut = "models-keyed" in self.faults and "authorization" not in asked.headers
            return (401, {}) if is_shut else (200, {"models": self.models()})
        if not self.opens(asked, words):
            return 401, {}
        if words == ["v2", "models"]:
            return 200, {"models": self.models()}
        if asked.method == "GET" and words == ["v1", "films"]:
            return 200, {"films": self.listed(parse_qs(urlsplit(asked.target).query)), "more": False}
        if words in (["v1", "films"], ["v2", "clips"], ["v1", "reels"]):
            return self.create(json.loads(asked.body or b"{}"), words)
        return self.one(asked, words)

    def models(self) -> list[Any]:
        return [{"id": "atlas-1"}] if "model-unlisted" in self.faults else ["atlas-1", {"name": "atlas-2"}]

    def opens(self, asked: Asked, words: list[str]) -> bool:
        bearer, app = asked.headers.get("authorization", ""), asked.headers.get("x-atlas-app")
        if words[0] == "v2":
            return bearer == f"Bearer {TOKEN}" or asked.headers.get("x-atlas-key") == OWN
        if words[1] == "reels" or words[0] == "poll":
            return bearer == f"Bearer {OWN}"
        if "app-unread" in self.faults:
            return bearer in (f"Bearer {OWN}", f"Bearer {OTHER}")
        return app == APP and bearer in (f"Bearer {OWN}", f"Bearer {OTHER}")

    def listed(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        wanted = {} if "filter-unread" in self.faults else {name: value[0] for name, value in query.items()}
        found = [film for film in self.films.values() if all(film[name] == value for name, value in wanted.items())]
        return [film for film in found if not (query and "filter-forgets" in self.faults and film["state"] == "done")]

    def create(self, sent: dict[str, Any], words: list[str]) -> Said:
        name = f"film-{len(self.films) + 1:08x}"
        self.films[name] = {"film": name, "state": "queued", "model": sent.get("model", "atlas-1"), "made": 1760000000}
        if words[1] == "clips":
            return 202, self.shown(self.films[name])
        host = "https://elsewhere.example" if "polls-elsewhere" in self.faults else ""
        at = f"{host}/poll/{name}" if words[1] == "films" or host else f"{self.url}/poll/{name}?of=reels"
        at = f"/poll/film-{0:08x}" if "polls-another" in self.faults else at
        return 202, {"film": name, "state": "queued", "polling_url": at}

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.url

    def shown(self, film: dict[str, Any]) -> dict[str, Any]:
        if film["state"] != "done" or "no-result" in self.faults:
            return dict(film)
        at = f"{self.url}/files/{film['film']}.mp4"
        return {**film, "url": None, "urls": [at], "output": {"videos": [{"link": at}, {"link": "https://x.example"}]}}

    def one(self, asked: Asked, words: list[str]) -> Said:
        is_query = words == ["v1", "films", "query"]
        ids = json.loads(asked.body).get("film_ids", []) if is_query else [words[1] if words[0] == "poll" else words[2]]
        film = self.films.get(ids[0] if ids else "")
        if film is None and "unknown-cancelled" in self.faults and words[3:] == ["cancel"]:
            return 200, {"film": ids[0], "state": "cancelled"}
        is_anothers = OTHER in asked.headers.get("authorization", "") and "account-unread" not in self.faults
        if film is None or is_anothers:
            return (410 if "unknown-410" in self.faults else 404), {}
        if words[3:] == ["cancel"]:
            return self.cancel(film)
        if words[0] == "v2" and "key-unread" in self.faults and "x-atlas-key" in asked.headers:
            return 403, {}
        told = self.shown(film)
        film["state"] = NEXT.get(film["state"], film["state"])
        return 200, told

    def cancel(self, film: dict[str, Any]) -> Said:
        if film["state"] in ("done", "cancelled") and "late-cancelled" not in self.faults:
            return 409, {}
        if film["state"] == "queued" and "queued-kept" in self.faults:
            return 409, {}
        film["state"] = film["state"] if "cancel-unread" in self.faults else "cancelled"
        return 200, dict(film)


@contextmanager
def atlas_vendor(*faults: str) -> Iterator[AtlasVendor]:
    """Serve the vendor with some faults on a free port while the block lasts."""
    vendor = AtlasVendor(frozenset(faults))
    with serving(lambda connection: connection.sendall(vendor.bytes_for(said.asked[-1]))) as said:
        vendor.server = said
        yield vendor
