"""Arithmetic between members: what an `x-sum` says that a member is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any


def sum_of(terms: list[Any], owner: Any) -> Decimal | None:
    """Return the sum of some members of an object and numbers, None where one of them is neither number nor time."""
    members = owner if isinstance(owner, dict) else {}
    amounts = [amount(members.get(term) if isinstance(term, str) else term) for term in terms]
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal()) if len(known) == len(terms) else None


def amount(value: Any) -> Decimal | None:
    """Return a number, or the seconds of a time in RFC 3339, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        # In binary 0.1 + 0.2 is a little more than 0.3.
        return Decimal(str(value))
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None
    return Decimal(str(moment.timestamp())) if moment is not None and moment.tzinfo is not None else None
