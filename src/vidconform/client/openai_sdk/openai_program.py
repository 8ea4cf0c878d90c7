"""The program that calls the official openai package; `openai_lane.py` starts it as a process of its own.

So openai is never loaded into the user's process, no key of theirs comes into its hands, and a call that never ends
is ended with it; this file must import nothing of vidconform either. Each line is one JSON value: it reads a call and
writes what came of it.
"""

from __future__ import annotations

import base64
import json
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import lru_cache
from itertools import islice
from typing import Any, TextIO

import openai

# A look at the beginning tells a video from an image, and both from JSON.
_BYTES_SHOWN = 256
_LONGEST = 300


def main() -> None:
    """Make one call after the other until nobody asks for more."""
    # The package calls its own methods deprecated.
    warnings.simplefilter("ignore")
    with redirect_stdout(sys.stderr):
        for line in iter(sys.stdin.readline, ""):
            _say(_outcome(json.loads(line)))


def _outcome(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a call returned, or what it raised."""
    if not asked:
        return {"version": openai.__version__}
    videos = _client(asked["base_url"], asked["key"], asked["seconds"]).videos
    try:
        return {"returned": _CALLS[asked["method"]](videos, **asked["arguments"])}
    except Exception as error:  # noqa: BLE001 - whatever a client would meet is what is asked for
        return {"raised": _raised(error)}


@lru_cache
def _client(base_url: str, key: str, seconds: float) -> openai.OpenAI:
    return openai.OpenAI(base_url=base_url, api_key=key, timeout=seconds, max_retries=0)


def _content(videos: Any, id: str, **choices: Any) -> dict[str, Any]:
    content = videos.download_content(id, **choices)
    body = content.read()
    head = base64.b64encode(body[:_BYTES_SHOWN]).decode()
    return {"type": type(content).__name__, "bytes": len(body), "head": head}


def _list(videos: Any, most: int, **choices: Any) -> dict[str, Any]:
    """Go through a list as a for loop does, but no further than so many tasks."""
    page = videos.list(**choices)
    found = list(islice(page, most))
    return {"type": type(page).__name__, "ids": [_plain(getattr(one, "id", None)) for one in found]}


def _described(value: Any) -> dict[str, Any]:
    """Return what a client sees of a value: its members as the type names them."""
    names = getattr(type(value), "model_fields", {})
    shown = {name: _plain(getattr(value, name, None)) for name in names}
    return {"type": type(value).__name__, "members": shown, **({} if names else {"text": str(value)[:_LONGEST]})}


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    return json.loads(json.dumps(value, default=repr))


def _raised(error: Exception) -> dict[str, Any]:
    told = {name: _plain(getattr(error, name, None)) for name in ("status_code", "code", "type", "param")}
    classes = [kind.__name__ for kind in type(error).__mro__]
    return {**told, "class": classes[0], "classes": classes, "message": str(error)[:_LONGEST]}


_CALLS: dict[str, Callable[..., dict[str, Any]]] = {
    "create": lambda videos, **members: _described(videos.create(**members)),
    "retrieve": lambda videos, id: _described(videos.retrieve(id)),
    "poll": lambda videos, id: _described(videos.poll(id)),
    "create_and_poll": lambda videos, **members: _described(videos.create_and_poll(**members)),
    "remix": lambda videos, id, prompt: _described(videos.remix(id, prompt=prompt)),
    "delete": lambda videos, id: _described(videos.delete(id)),
    "download_content": _content,
    "list": _list,
}


# The pipe itself, whatever is printed to later.
def _say(value: Any, out: TextIO = sys.stdout) -> None:
    out.write(json.dumps(value) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
