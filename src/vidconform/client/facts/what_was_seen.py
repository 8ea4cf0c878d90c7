"""What replies say of a fact: the words, types, units and status codes that came."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from vidconform.contracts import Field, json_type
from vidconform.exchange import header_in
from vidconform.laws import ReplyView
from vidconform.text import visible

Json = dict[str, Any]

_LONGEST_WORD = 80
# Ten digits are seconds until 2286, thirteen milliseconds.
_FIRST_MILLISECONDS = 100_000_000_000


def seen(value: Any, views: Sequence[ReplyView], agrees: bool | None) -> Json | None:
    """Return what some replies say, or None where there are none."""
    if not views:
        return None
    origins = sorted({view.exchange.origin for view in views})
    return {"value": value, "agrees": agrees, "replies": len(views), "origins": origins}


def status_codes(views: Sequence[ReplyView], documented: Sequence[str]) -> Json | None:
    """Return how often each status code came, and whether a success has a documented one."""
    counted = Counter(str(view.reply.status) for view in views)
    succeeded = [code for code in counted if code.startswith("2")]
    agrees = all(code in documented or "2XX" in documented for code in succeeded) if succeeded else None
    return seen(dict(sorted(counted.items())), views, agrees)


def credentials(views: Sequence[ReplyView], needs_key: bool | None) -> Json | None:
    """Return which status codes each credential brought, of those that say whether it opens anything."""
    told = [view for view in views if view.reply.is_success or view.reply.status in (401, 403)]
    codes = {view.exchange.credential: dict[int, None]() for view in told}
    for view in told:
        codes[view.exchange.credential][view.reply.status] = None
    without = list(codes.get("none", ()))
    opened = any(code < 400 for code in without)
    agrees = None if needs_key is None or not without else opened != needs_key
    return seen({name: sorted(found) for name, found in sorted(codes.items())}, told, agrees)


def sent_types(views: Sequence[ReplyView], documented: Sequence[str]) -> Json | None:
    """Return the content types of the bodies that were served."""
    served = [view for view in views if view.reply.is_success and view.exchange.request.body]
    types = sorted({header_in(view.exchange.request.headers, "content-type").partition(";")[0] for view in served})
    return seen(types, served, {*types} <= {*documented} if documented else None)


def places(views: Sequence[ReplyView], field: Field, types: Sequence[str]) -> Json | None:
    """Return where a field held something, and of which types that was."""
    held = [(field.at(view.body), field.read(view.body)) for view in views]
    filled = [(place.pointer, value) for place, value in held if value is not None]
    found = list(dict.fromkeys(json_type(value) for _, value in filled))
    pointers = list(dict.fromkeys(pointer for pointer, _ in filled))
    agrees = all(_is_one_of(kind, types) for kind in found) if found else None
    return seen({"pointers": pointers, "types": found} if found else None, views, agrees)


def _is_one_of(kind: str, types: Sequence[str]) -> bool:
    return not types or kind in types or (kind == "integer" and "number" in types)


def units(views: Sequence[ReplyView], field: Field, unit: str | None, *, of_time: bool) -> Json | None:
    """Return the units in which values came."""
    values = [value for view in views if (value := field.read(view.body)) is not None]
    told = dict.fromkeys((_time_unit if of_time else _progress_unit)(value) for value in values)
    found = [one for one in told if one is not None and (one != "0 or 1" or len(told) == 1)]
    agrees = None if unit is None or not found else all(_keeps(one, unit) for one in found)
    return seen(found or None, [view for view in views if field.read(view.body) is not None], agrees)


def _keeps(found: str, unit: str) -> bool:
    either = unit == "either" and found in ("seconds", "milliseconds")
    # A share that is 0 or 1 by chance tells nothing of the other unit.
    return either or found == unit or (found == "0 or 1" and unit in ("percent", "fraction"))


def _time_unit(value: Any) -> str | None:
    if isinstance(value, str):
        return "rfc3339" if re.match(r"\d{4}-\d\d-\d\d[Tt ]", value) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return "milliseconds" if value >= _FIRST_MILLISECONDS else "seconds"


def _progress_unit(value: Any) -> str | None:
    if isinstance(value, str):
        return "percent text" if value.endswith("%") else "percent" if value.isdigit() else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return "0 or 1" if value in (0, 1) else "fraction" if 0 < value < 1 else "percent"


def words(views: Sequence[ReplyView], documented: Iterable[str] | None) -> Json | None:
    """Return the status words of some replies; a document that names none is not contradicted."""
    told = sorted({visible(str(view.raw("status")), _LONGEST_WORD) for view in views})
    return seen(told, views, None if documented is None else {*told} <= {*documented})


def waits(views: Sequence[ReplyView]) -> Json | None:
    """Return which refusals asked to wait, with what they said of how long."""
    asked = [view for view in views if view.reply.status in (429, 503) or view.reply.header("retry-after")]
    told = {(str(view.reply.status), visible(view.reply.header("retry-after"), _LONGEST_WORD)) for view in asked}
    return seen([{"status": code, "retry_after": wait or None} for code, wait in sorted(told)], asked, None)
