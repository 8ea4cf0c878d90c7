"""An independent look for keys in bytes, written apart from the project's own: every run of 12 characters, naively."""

from __future__ import annotations

import base64
from collections.abc import Iterator

RUN = 12


def windows(own: str) -> Iterator[bytes]:
    """Yield, in small letters, the spellings of each run of 12 characters of what is a key's own."""
    raw = own.encode()
    for spelled, length in ((raw, RUN), (raw[::-1], RUN), (raw.hex().encode(), 2 * RUN), (_percent(raw), 3 * RUN)):
        step = length // RUN
        yield from (spelled[i : i + length].lower() for i in range(0, len(spelled) - length + 1, step))
    for lead in range(3):
        begun = base64.b64encode(bytes(lead) + raw)[4 if lead else 0 :].rstrip(b"=")[:-1]
        yield from (begun[i : i + RUN * 4 // 3].lower() for i in range(len(begun) - RUN * 4 // 3 + 1))


def _percent(raw: bytes) -> bytes:
    return "".join(f"%{byte:02x}" for byte in raw).encode()


def found_in(content: bytes, own: str) -> bytes | None:
    """Return the first spelling of a run of a key's own characters that stands in a content, or None."""
    plain = content.lower()
    return next((window for window in windows(own) if window in plain), None)
