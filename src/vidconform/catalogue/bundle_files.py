"""The files of a bundle: a zip with a manifest of hashes, written the same each time and read within bounds."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from vidconform.catalogue.object_storage import Place, read
from vidconform.contracts import FileFormat, decode_plain_json
from vidconform.errors import BundleRefused

FORMAT = "vidconform/bundle@1"
SUFFIX = ".vidconform"
MANIFEST, EVIDENCE, RESULTS = "manifest.json", "evidence.jsonl", "results.jsonl"

_FILE = FileFormat(Path(__file__).parent / "bundle.schema.json")
_MEMBERS = (MANIFEST, EVIDENCE, RESULTS)
# A night of a provider is below a megabyte; the file itself is bounded before its table of members is read.
LARGEST = {MANIFEST: 1 << 20, EVIDENCE: 128 << 20, RESULTS: 32 << 20}
_LARGEST_FILE = 16 << 20
# The oldest time that a zip can tell: the same content makes the same bytes.
_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1
_NO_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


def pack(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> bytes:
    """Return the bytes of a bundle of some files, with the hash of each in its manifest."""
    files = {name: {"sha256": _sha256(content), "size": len(content)} for name, content in contents.items()}
    told = json.dumps({"format": FORMAT, **manifest, "files": files}, indent=1, ensure_ascii=True) + "\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in {MANIFEST: told.encode(), **contents}.items():
            file.writestr(zipfile.ZipInfo(name, _TIME), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def unpack(path: Place) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return the manifest of a bundle and its other files, each as its hash says.

    Raises BundleRefused, StorageRefused, OSError.
    """
    try:
        with zipfile.ZipFile(_packed(path)) as file:
            contents = {one.filename: _content(path, file, one) for one in _members(path, file)}
    except _NO_ZIP as problem:
        raise BundleRefused(path, f"is no whole zip: {problem}") from problem
    manifest = _manifest(path, contents.pop(MANIFEST))
    _check_hashes(path, manifest, contents)
    return manifest, contents


def write_files(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Write what was unpacked into a folder, which is made."""
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)


def first_contract_in(path: Path) -> str:
    """Return the contract that a bundle names first; an empty text for what is none, as who judges it says."""
    with suppress(BundleRefused, OSError, KeyError, *_NO_ZIP), zipfile.ZipFile(_packed(path)) as file:
        return next(iter(_manifest(path, _content(path, file, file.getinfo(MANIFEST)))["contracts"]), "")
    return ""


def _packed(path: Place) -> Path | io.BytesIO:
    """Return what can be opened of a bundle, within bounds."""
    if isinstance(path, str):
        (content,) = read([path], _LARGEST_FILE)
        if content is None:
            raise BundleRefused(path, "is not there")
        return io.BytesIO(content)
    # A pipe would be waited for.
    if not path.is_file():
        raise BundleRefused(path, "is not there, or no regular file")
    if path.stat().st_size > _LARGEST_FILE:
        raise BundleRefused(path, f"is larger than the {_LARGEST_FILE >> 20} MiB that are read")
    return path


def _members(path: Place, file: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members of a bundle, each once and none too large; raises BundleRefused for any other."""
    found = file.infolist()
    names = [one.orig_filename for one in found]
    other = next((name for name in names if name not in _MEMBERS), None)
    if other is not None:
        raise BundleRefused(path, f"holds {other[:80]!r}; a bundle holds {', '.join(_MEMBERS)} and nothing else")
    if len(set(names)) < len(names):
        raise BundleRefused(path, "holds a member twice, so that nobody knows which one is meant")
    missing = next((name for name in _MEMBERS if name not in names), None)
    if missing is not None:
        raise BundleRefused(path, f"lacks {missing}")
    for one in found:
        if one.file_size > LARGEST[one.filename]:
            most = LARGEST[one.filename] >> 20
            raise BundleRefused(path, f"{one.filename} says {one.file_size} bytes; at most {most} MiB are unpacked")
        if one.compress_type not in _PLAIN or one.flag_bits & _ENCRYPTED:
            raise BundleRefused(path, f"{one.filename} is encrypted, or not compressed by deflate")
    return found


def _content(path: Place, file: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Return what a member holds; never more is unpacked than it says."""
    with file.open(member) as opened:
        content = opened.read(member.file_size + 1)
    if len(content) != member.file_size:
        raise BundleRefused(path, f"{member.filename} does not hold the {member.file_size} bytes that it says")
    return content


def _manifest(path: Place, content: bytes) -> dict[str, Any]:
    try:
        found: dict[str, Any] = decode_plain_json(content.decode())
        _FILE.check(found)
    except ValueError as problem:
        raise BundleRefused(path, f"{MANIFEST} is not {FORMAT}: {problem}") from problem
    return found


def _check_hashes(path: Place, manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> None:
    for name, content in contents.items():
        told, found = manifest["files"][name]["sha256"], _sha256(content)
        if told != found:
            raise BundleRefused(path, f"{name} was changed: its SHA-256 begins with {found[:12]}, expected {told[:12]}")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
