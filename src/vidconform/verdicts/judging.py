"""From a requirement and its evidence to a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vidconform.contracts import Contract, NodeFinding, Requirement, Schema
from vidconform.exchange import RESUMED, Gap
from vidconform.laws import (
    Binding,
    BrokenLaw,
    Gathered,
    Inconclusive,
    Kind,
    Law,
    ReplyView,
    Subject,
    Unseen,
    kind_of,
    subjects_of,
)
from vidconform.verdicts import phrases
from vidconform.verdicts.curl import curl
from vidconform.verdicts.schema_walk import kind_of_schema, walk
from vidconform.verdicts.verdict import Outcome, Pointer, Verdict

Serves = Callable[[str], bool | None]

_MOST_POINTERS = 3
# What is answered where there is no such route (RFC 9110 sections 15.5.5, 15.5.6 and 15.6.2).
_NO_ROUTE = (404, 405, 501)
_SERVED = "a task that the service serves; pass --task-id={}=ID"
_SHOWN_BY = "a reply that shows it; none of this run does"
_SHOWN_BY_CREATION = "a reply that shows it; this run went on with a task, and one that creates its own asks more"


@dataclass(frozen=True)
class Case:
    """One requirement of a contract to be judged on one subject: the service, or the document itself."""

    contract: Contract
    requirement: Requirement
    subject: str
    check: Schema | Law

    def verdict(self, outcome: Outcome, **facts: Any) -> Verdict:
        """Return a verdict on this case."""
        return Verdict(self.contract, self.requirement, self.subject, outcome, decided_by=self.decided_by, **facts)

    @property
    def decided_by(self) -> str:
        """The check as `vidconform list` names it."""
        if isinstance(self.check, Schema):
            return f"schema:{self.check.path.name}#{self.check.bound[self.requirement.id][0]}"
        return name_of(self.check)

    @property
    def kind(self) -> Kind:
        """The kind of subject that the check judges."""
        return kind_of_schema(self.check) if isinstance(self.check, Schema) else kind_of(self.check)

    @property
    def needs(self) -> tuple[str, ...]:
        """The probes that it needs, by name or kind: none for a document."""
        id = self.requirement.id
        binding = Binding(id) if isinstance(self.check, Schema) else self.check.bound[id]
        return () if self.subject == "document" else self.kind.needs(binding)

    @property
    def witnesses(self) -> tuple[str, ...]:
        """The probes that it looks at where other cases need them."""
        if self.subject == "document":
            return ()
        return tuple(probe for probe in self.kind.witnesses if probe not in self.needs)


def name_of(law: Law) -> str:
    """Return how `vidconform list` names a law: `generated` where it judges generated requests."""
    sort = "generated" if kind_of(law).is_generated else "law"
    return f"{sort}:{law.__module__.rpartition('.')[2]}.{law.__name__}"


def judge(case: Case, gathered: Gathered, cache: dict[Any, Any], serves: Serves = lambda role: True) -> Verdict:
    """Return the verdict of a case's own check; `cache` keeps the walk of each body.

    `serves` says whether the route of a role serves anything, None where nobody knows: what refuses everything keeps
    no promise by refusing.
    """
    if isinstance(case.check, Schema):
        return judge_schema(case, case.check, gathered, cache, serves)
    return judge_law(case, case.check, gathered, serves)


def judge_law(case: Case, law: Law, gathered: Gathered, serves: Serves) -> Verdict:
    """Return what a law says of the evidence; a law that raises anything unforeseen is our error."""
    subjects = subjects_of(law, case.contract, case.requirement.id, gathered)
    hints: list[str] = []
    held: list[ReplyView] = []
    lost: list[str] = []
    for subject in subjects:
        try:
            law(subject)
            held += subject.observed
        except Unseen as unseen:
            hints.append(str(unseen))
        except Inconclusive as cause:
            lost.append(str(cause))
        except BrokenLaw as broken:
            return _unmet(case, broken, subject)
        except AssertionError as error:
            return _unmet(case, BrokenLaw(case.requirement.statement, str(error), subject.first), subject)
        except Exception as error:  # noqa: BLE001 - whatever a law raises is our error, never the vendor's
            return case.verdict(Outcome.ERRORED, received=phrases.cut(f"{type(error).__name__}: {error}"))
    hints = hints or _resumed(gathered) or _unserved(case, gathered)
    return _without_fault(case, held, hints, lost, _gaps(case, gathered), serves)


def judge_schema(case: Case, schema: Schema, gathered: Gathered, cache: dict[Any, Any], serves: Serves) -> Verdict:
    """Return what the nodes of a schema say of the bodies; `cache` keeps the walk of each body."""
    walked = walk(case.contract, schema, gathered, cache)
    found = walked.get(case.requirement.id, [])
    for view, finding in found:
        if finding.errors:
            return _unmet_schema(case, schema, view, finding, len(found))
    held = [view for view, _ in found]
    # Where other replies were seen, what was withheld need not be what would show it.
    hints = _resumed(gathered) or ([_SHOWN_BY] if walked else _unserved(case, gathered))
    return _without_fault(case, held, hints, [], _gaps(case, gathered), serves)


def _resumed(gathered: Gathered) -> list[str]:
    """Return what would show more than a run that went on with an earlier one's task."""
    return [_SHOWN_BY_CREATION] if any(RESUMED in evidence.notes for evidence in gathered.values()) else []


def _unserved(case: Case, gathered: Gathered) -> list[str]:
    """Return how the first right request was refused, where none was served: no other route would mend that."""
    needed = [e for name, e in gathered.items() if name not in case.witnesses and e.kind == "life"]
    asked = [exchange for evidence in needed for exchange in evidence.exchanges]
    if not asked or any(exchange.reply.is_success for exchange in asked):
        return []
    return [f"a task that the service serves; {asked[0].request} was answered with {asked[0].reply.status}"]


def _gaps(case: Case, gathered: Gathered) -> list[Gap]:
    """Return what is missing of what a case needs; what a witness could not tell hides nothing."""
    needed = [evidence for name, evidence in gathered.items() if name not in case.witnesses]
    return [gap for evidence in needed for gap in evidence.gaps if case.kind.beside or not gap.beside]


def _without_fault(
    case: Case, held: list[ReplyView], hints: list[str], lost: list[str], gaps: list[Gap], serves: Serves
) -> Verdict:
    """Nothing seen is never a pass: say what was in the way, or what would have shown it."""
    shown = [view for view in held if view.shows_something]
    held = [view for view in shown if view.reply.is_success or _may_refuse(view, serves)]
    if shown and not held:
        return case.verdict(Outcome.UNSEEN, expected=_what_is_served(case, shown[0]))
    lost = lost + [gap.sentence for gap in gaps if gap.kind == "inconclusive"]
    if held:
        return case.verdict(Outcome.MET, observations=len(held), evidence=_pointers(held, ""), partial=bool(lost))
    if lost:
        return case.verdict(Outcome.INCONCLUSIVE, received=phrases.cut(lost[0]))
    refused = [gap.sentence for gap in gaps if gap.kind == "refused"]
    if refused:
        return case.verdict(Outcome.UNSEEN, expected=phrases.cut(refused[0]), refused=True)
    withheld = [gap.sentence for gap in gaps if gap.kind == "unseen"]
    return case.verdict(Outcome.UNSEEN, expected=phrases.cut((hints + withheld + [_SHOWN_BY])[0]))


def _may_refuse(view: ReplyView, serves: Serves) -> bool:
    """Whether a refusal tells anything: of a route that serves others, or that at least seems to exist."""
    serving = serves(view.exchange.role)
    return view.reply.status not in _NO_ROUTE if serving is None else serving


def _what_is_served(case: Case, view: ReplyView) -> str:
    operation = case.contract.operation(view.exchange.role)
    if operation is None or view.exchange.role == "retrieve":
        return _SERVED.format(case.contract.name)
    return f"a request that {operation.method} {operation.path} serves; what refuses everything shows nothing"


def _unmet(case: Case, broken: BrokenLaw, subject: Subject) -> Verdict:
    view = broken.view or (subject.all[0] if subject.all else None)
    return case.verdict(
        Outcome.UNMET,
        expected=phrases.cut(broken.expected),
        received=phrases.cut(broken.received),
        observations=max(len(subject.observed), 1),
        evidence=_pointers([view], broken.pointer) if view else (),
        request=curl(case.contract, view.exchange) if view else "",
    )


def _unmet_schema(case: Case, schema: Schema, view: ReplyView, finding: NodeFinding, observations: int) -> Verdict:
    error = finding.errors[0]
    return case.verdict(
        Outcome.UNMET,
        # What must not be is said best by the statement itself.
        expected=phrases.cut(phrases.expected(schema, finding.errors) or case.requirement.statement),
        received=phrases.received(error, view.body),
        observations=observations,
        evidence=_pointers([view], error.pointer),
        request=curl(case.contract, view.exchange),
    )


def _pointers(views: list[ReplyView], pointer: str) -> tuple[Pointer, ...]:
    """Point at the first few replies; hundreds of equal ones say no more."""
    return tuple(
        Pointer(r.evidence.probe, r.index, pointer, r.exchange.origin, r.exchange.at) for r in views[:_MOST_POINTERS]
    )
