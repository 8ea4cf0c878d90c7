"""The lines `unseen`, `refused` and `inconclusive` at the end of a run, grouped by what would decide them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vidconform.report.faults import named, names
from vidconform.text import pluralise
from vidconform.verdicts import NOT_SEEN, Label

Row = Mapping[str, Any]

# Of one provider; what tells nobody what to do is counted after so many.
_MOST_REASONS = 5
# One option brings them all.
_ANY_TASK = "a known task"
_WORDS_FOR_ANY_TASK = ("a task that the service knows", "a task that the service serves")
_LIMIT = "pass --max-creations="


@dataclass
class UndecidedGroup:
    """Requirements that one thing would show; `lacks` is what each of them needs, `whys` how to bring it."""

    label: str
    rows: list[Row] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    whys: list[str] = field(default_factory=list)

    @property
    def provider(self) -> str:
        """Whose requirements they are."""
        return str(self.rows[0]["provider"])

    @property
    def tells_what_to_do(self) -> bool:
        """Whether a reader can do something about it."""
        return bool(self.lacks[0]) or self.label != Label.UNSEEN

    @property
    def why(self) -> str:
        """What would show them, or what was in the way."""
        lacks = dict.fromkeys(_ANY_TASK if lack in _WORDS_FOR_ANY_TASK else lack for lack in self.lacks)
        needed = " or ".join(filter(None, lacks))
        # The same sentence for all of them, or limits: the longest number is the largest.
        whys = sorted(set(self.whys), key=lambda one: (len(one), one))
        why = whys[0] if len(whys) == 1 else f"{whys[0]} for some, {whys[-1].removeprefix(_LIMIT)} for all"
        return f"needs {needed}; {why}" if needed else why

    def __str__(self) -> str:
        return f"{self.label}  {_contracts(self.rows)}  {named(names(self.rows))}: {self.why}"


def undecided(verdicts: Sequence[Row]) -> list[str]:
    """Return what would show the service's unseen requirements and what was in the way of others, a line each.

    What would show most comes first.
    """
    found = undecided_groups(verdicts)
    seldom = [_seldom(found, provider) for provider in dict.fromkeys(group.provider for group in found)]
    hidden = {id(group) for groups in seldom for group in groups}
    return [*(str(group) for group in found if id(group) not in hidden), *map(_counted, filter(None, seldom))]


def undecided_groups(verdicts: Sequence[Row]) -> list[UndecidedGroup]:
    """Return the same as groups: the service's requirements by what would show them, the largest first."""
    service = [row for row in verdicts if row["subject"] == "service"]
    needs = [(row, *_lack(row["expected"])) for row in service if row["reading"] in NOT_SEEN]
    causes = [(row, "", row["received"]) for row in service if row["reading"] == Label.INCONCLUSIVE]
    found: dict[tuple[str, str, str], UndecidedGroup] = {}
    for row, lack, why in needs + causes:
        option = _LIMIT if why.startswith(_LIMIT) else why
        group = found.setdefault((row["reading"], row["provider"], option), UndecidedGroup(row["reading"]))
        group.rows.append(row)
        group.lacks.append(lack)
        group.whys.append(why)
    return sorted(found.values(), key=lambda group: -len(group.rows))


def _lack(expected: str) -> tuple[str, str]:
    """Return what a requirement needs to be seen, and the option that would bring it; without one the need is both."""
    lack, told, option = expected.partition("; pass ")
    return (lack, f"pass {option.removesuffix(' of one')}") if told else ("", f"needs {expected}")


def _seldom(groups: Iterable[UndecidedGroup], provider: str) -> list[UndecidedGroup]:
    """Return the reasons of a provider beyond the first ones that tell nobody what to do; one alone is told."""
    idle = [group for group in groups if group.provider == provider and not group.tells_what_to_do][_MOST_REASONS:]
    return idle if len(idle) > 1 else []


def _counted(groups: Sequence[UndecidedGroup]) -> str:
    rows = [row for group in groups for row in group.rows]
    told = f"{pluralise(len(rows), 'requirement')} more, for {len(groups)} reasons; -rs tells each"
    return f"unseen  {_contracts(rows)}  {told}"


def _contracts(rows: Sequence[Row]) -> str:
    return ", ".join(dict.fromkeys(row["contract"] for row in rows))
