"""What a field means whatever its spelling: times in seconds since 1970, progress in percent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from vidconform.contracts import id_text, status_word

# From 2001 to 2286: ten digits of seconds, which no count of milliseconds or microseconds has.
_TIMES = (1_000_000_000, 10_000_000_000)


def as_it_stands(raw: Any) -> Any:
    """Return a value that has one spelling alone."""
    return raw


def _seconds(raw: Any) -> float | None:
    return _time(float(raw)) if _is_number(raw) else None


def _milliseconds(raw: Any) -> float | None:
    return _time(raw / 1000) if _is_number(raw) else None


def _either(raw: Any) -> float | None:
    return _milliseconds(raw) if _is_number(raw) and raw >= _TIMES[1] else _seconds(raw)


def _rfc3339(raw: Any) -> float | None:
    """Read a time with its zone, without which it names no moment (RFC 3339 section 4.4)."""
    try:
        moment = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return _time(moment.timestamp()) if moment is not None and moment.tzinfo is not None else None


def _time(seconds: float) -> float | None:
    return seconds if _TIMES[0] <= seconds < _TIMES[1] else None


def _percent(raw: Any) -> float | None:
    if isinstance(raw, str) and raw.isascii() and raw.isdigit():
        return float(raw[:9])
    return float(raw) if _is_number(raw) else None


def _percent_sign(raw: Any) -> float | None:
    return _percent(raw.removesuffix("%")) if isinstance(raw, str) and raw.endswith("%") else None


def _fraction(raw: Any) -> float | None:
    # In binary 0.29 x 100 is a little less than 29.
    return float(Decimal(str(raw)) * 100) if _is_number(raw) else None


def _text(raw: Any) -> str | None:
    return raw if isinstance(raw, str) else None


def _is_number(raw: Any) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


BY_UNIT: dict[str, Callable[[Any], float | None]] = {
    "seconds": _seconds,
    "milliseconds": _milliseconds,
    "either": _either,
    "rfc3339": _rfc3339,
    "fraction": _fraction,
    "percent": _percent_sign,
}
"""The value of a field by its `x-unit`, or None where it has none of that kind."""

BY_ROLE: dict[str, Callable[[Any], Any]] = {
    "id": id_text,
    "task-id": id_text,
    "status": status_word,
    "progress": _percent,
    "result": _text,
}
"""The value of a field without a unit by its role, or None; other roles are read as they stand."""
