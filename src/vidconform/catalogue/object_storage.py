"""Bundles and results in an object store, by the interface of fsspec, and an OUT there held by one call alone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import gethostname
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from vidconform.contracts import known_secrets
from vidconform.errors import BadOption, StorageRefused
from vidconform.exchange import timestamp
from vidconform.redaction import Redactor
from vidconform.run import check_extra
from vidconform.text import visible

Place = Path | str
"""A file or folder of this machine, or the URL of one that fsspec reaches: a path would fold its slashes."""

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
# What stands behind a colon in front of the path and is no port, whatever characters it has.
_PASSWORD = re.compile(r"://(?!\[)[^/]*:(?!\d*(?:/|$))")
_IN_WORDS = {FileNotFoundError: "is not there", PermissionError: "access is refused"}


def place(text: str, option: str) -> Place:
    """Return what an option names: a path, or a URL as its store spells it; raises BadOption, MissingExtra."""
    if not _URL.match(text):
        return Path(text)
    if text.startswith("file://"):
        return Path(url2pathname(urlsplit(text).path))
    if _PASSWORD.search(text):
        raise BadOption(option, None, "a URL without a password; credentials are taken from the environment")
    check_extra(option, "s3fs" if text.startswith("s3://") else "fsspec", "s3")
    _check_protocol(text, option)
    with _told(text):
        files, path = _opened(text)
    return str(files.unstrip_protocol(path))


def _check_protocol(url: str, option: str) -> None:
    from fsspec import get_filesystem_class

    try:
        get_filesystem_class(urlsplit(url).scheme)
    except ImportError as error:
        raise BadOption(option, url, f"an address whose package is installed ({error})") from error
    except ValueError as error:
        raise BadOption(option, url, f"an address that fsspec knows, such as s3://BUCKET/FOLDER ({error})") from error


def find(url: str) -> list[str]:
    """Return the URLs of all objects below one, or the one itself, in their order; raises StorageRefused."""
    with _told(url):
        files, root = _opened(url)
        return [files.unstrip_protocol(path) for path in sorted(files.find(root))]


def read(urls: Sequence[str], most: int | None = None) -> list[bytes | None]:
    """Return what objects of one store hold, None for one that is not there; raises StorageRefused.

    They are asked for at once; one of more than `most` bytes is refused.
    """
    with _told(urls[0]):
        files, _ = _opened(urls[0])
        paths = [_opened(url)[1] for url in urls]
        bounds = (None, None) if most is None else (0, most + 1)
        found = files.cat_ranges(paths, *bounds, on_error="return")
    return [_content(url, one, most) for url, one in zip(urls, found, strict=True)]


def _opened(url: str) -> tuple[Any, str]:
    """Return the file system of a URL, which remembers no listing, and the path in it."""
    from fsspec.core import url_to_fs

    files, path = url_to_fs(url, use_listings_cache=False)
    return files, path


def _content(url: str, found: bytes | Exception, most: int | None) -> bytes | None:
    if isinstance(found, FileNotFoundError):
        return None
    if isinstance(found, Exception):
        raise StorageRefused(url, _in_words(found)) from found
    if most is not None and len(found) > most:
        raise StorageRefused(url, f"is larger than the {most >> 20} MiB that are read")
    return found


def write(url: str, content: bytes) -> None:
    """Write an object, whole or not at all; raises StorageRefused."""
    with _told(url):
        files, path = _opened(url)
        files.pipe_file(path, content)


def remove(url: str) -> None:
    """Remove an object; raises StorageRefused."""
    with _told(url):
        files, path = _opened(url)
        files.rm_file(path)


@contextmanager
def hold(url: str, option: str) -> Iterator[None]:
    """Hold a folder of a store for one call by an object that only one can create; raises BadOption, StorageRefused.

    Nobody removes it for a call that was killed: a store does not know whether the one that made it is alive.
    """
    lock, mine = f"{url}/.lock", f"{gethostname()}, process {os.getpid()}, since {timestamp()}"
    _create(lock, mine, option)
    try:
        yield
    finally:
        with suppress(StorageRefused):
            remove(lock)


def _create(lock: str, mine: str, option: str) -> None:
    try:
        with _told(lock):
            files, path = _opened(lock)
            files.pipe_file(path, mine.encode(), mode="create")
    except StorageRefused:
        (held,) = read([lock])
        if held is None:
            raise
        # What was sent twice, because the first answer was lost, is refused the second time.
        if held != mine.encode():
            whose = visible(held.decode(errors="replace"), 200)
            expected = f"a folder that no other call is writing to ({whose}); if that call was killed, remove {lock}"
            raise BadOption(option, lock.removesuffix("/.lock"), expected) from None


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Make one sentence of whatever a store raises; raises StorageRefused."""
    try:
        yield
    except Exception as error:
        raise StorageRefused(url, _in_words(error)) from error


def _in_words(error: Exception) -> str:
    plain = next((words for kind, words in _IN_WORDS.items() if isinstance(error, kind)), type(error).__name__)
    # Whole, for a secret that was cut would not be known any more.
    told = visible(Redactor(known_secrets(os.environ).values()).text(str(error)), 300)
    return f"{plain} ({told})" if told else plain
