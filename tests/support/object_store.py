"""An S3 on loopback, by moto, and what reaches it as a user's shell would name it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

BUCKET = "catalogue"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAMADEUP5T6R9XWQ2Z",
    "AWS_SECRET_ACCESS_KEY": "wJal9/Xu+tnFEMI7K7MDENGbPxRfiCYmadeup4",
    "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEBc-aDMMadeup8Zq2Tn6Lp",
    "AWS_DEFAULT_REGION": "us-east-1",
    # A store that does not answer is told at once.
    "AWS_MAX_ATTEMPTS": "1",
}


@dataclass(frozen=True)
class ObjectStore:
    """A store with one bucket; `environ` is what its users have in their environment."""

    address: str
    url: str = f"s3://{BUCKET}"
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Any:
        """The store as fsspec shows it, with nothing remembered of it."""
        from fsspec import filesystem

        keys = {"key": CREDENTIALS["AWS_ACCESS_KEY_ID"], "secret": CREDENTIALS["AWS_SECRET_ACCESS_KEY"]}
        return filesystem("s3", endpoint_url=self.address, use_listings_cache=False, **keys)

    def put(self, folder: Path, place: str) -> str:
        """Put the files of a folder into the bucket, and return their URL."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.files.pipe_file(f"{BUCKET}/{place}/{path.relative_to(folder)}", path.read_bytes())
        return f"{self.url}/{place}"

    def written(self, place: str) -> dict[str, bytes]:
        """Return the objects below a place by their names in it."""
        root = f"{BUCKET}/{place}/"
        return {path.removeprefix(root): self.files.cat_file(path) for path in self.files.find(root)}

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Have each request refused, as of one who may do nothing (403)."""
        self._check_keys_after(0)
        try:
            yield
        finally:
            self._check_keys_after(10**9)

    def _check_keys_after(self, requests: int) -> None:
        httpx.post(f"{self.address}/moto-api/reset-auth", content=str(requests)).raise_for_status()


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    """Serve a store on loopback."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        store = ObjectStore(address, environ={**CREDENTIALS, "AWS_ENDPOINT_URL": address})
        store.files.mkdir(BUCKET)
        yield store
    finally:
        server.stop()
