"""From a requirement and its evidence to a verdict."""

from __future__ import annotations

from typing import Any

from vidconform.contracts import Contract, Schema
from vidconform.exchange import RESUMED, Gap, own_task_failure
from vidconform.laws import (
    TASK_ROLES,
    BrokenLaw,
    Gathered,
    Inconclusive,
    Law,
    ReplyView,
    Subject,
    Task,
    Unseen,
    subjects_of,
)
from vidconform.verdicts import phrases
from vidconform.verdicts.case import Case
from vidconform.verdicts.curl import curl
from vidconform.verdicts.missing_routes import Serves, is_no_route, is_told_by_its_route, may_refuse
from vidconform.verdicts.pointed_replies import pointers, pointers_elsewhere
from vidconform.verdicts.schema_walk import schemas_of, walk, would_be_shown_by_success
from vidconform.verdicts.verdict import Outcome, Verdict

_SERVED = "a task that the service serves; pass --task-id={}=ID"
_SHOWN_BY = "a reply that shows it; none of this run does"
_SHOWN_BY_CREATION = "a reply that shows it; this run went on with a task, and one that creates its own asks more"


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
    broken: list[tuple[BrokenLaw, Subject]] = []
    for subject in subjects:
        try:
            law(subject)
            held += subject.observed
        except Unseen as unseen:
            hints.append(str(unseen))
        except Inconclusive as cause:
            lost.append(str(cause))
        except BrokenLaw as found:
            broken.append((found, subject))
        except AssertionError as error:
            broken.append((BrokenLaw(case.requirement.statement, str(error), subject.first), subject))
        except Exception as error:  # noqa: BLE001 - whatever a law raises is our error, never the vendor's
            if not broken:
                return case.verdict(Outcome.ERRORED, received=f"{type(error).__name__}: {error}")
    told = [one for one in broken if not is_told_by_its_route(*one, serves)]
    if told:
        return _broken(case, told)
    hints += [_what_is_served(case, subject.first) for _, subject in broken]
    if any(isinstance(subject, Task) and subject.needs_success for subject in subjects):
        hints = _own_failure(case.contract, gathered) + hints
    hints = hints or _resumed(gathered) or _unserved(case, gathered)
    return _without_fault(case, held, hints, lost, _gaps(case, gathered), serves)


def judge_schema(case: Case, schema: Schema, gathered: Gathered, cache: dict[Any, Any], serves: Serves) -> Verdict:
    """Return what the nodes of a schema say of the bodies; `cache` keeps the walk of each body."""
    row, schemas = case.requirement.id, schemas_of(case.contract, case.requirement.id, schema)
    walked = [(one, walk(case.contract, one, gathered, cache)) for one in schemas]
    told = [(one, view, finding) for one, said in walked for view, by_row in said for finding in by_row.get(row, ())]
    found = [(one, view, finding) for one, view, finding in told if not is_no_route(view, serves)]
    faults = [(one, view, finding) for one, view, finding in found if finding.errors]
    if faults:
        first, view, finding = faults[0]
        # What must not be is said best by the statement itself.
        expected = phrases.expected(first, finding.errors) or case.requirement.statement
        received = phrases.received(first, finding.errors[0], view.body)
        views = [one for _, one, _ in faults]
        return _unmet(case, expected, received, len(found), view, finding.errors[0].pointer, views)
    held = [view for _, view, _ in found]
    # Where other replies were seen, what was withheld need not be what would show it.
    is_about_any = any(by_row for _, said in walked for _, by_row in said)
    hints = _resumed(gathered) or ([_SHOWN_BY] if is_about_any else _unserved(case, gathered))
    failure = [] if held else _own_failure(case.contract, gathered)
    if failure and any(would_be_shown_by_success(case.contract, one, case.requirement.id, gathered) for one in schemas):
        hints = failure + hints
    return _without_fault(case, held, hints, [], _gaps(case, gathered), serves)


def _own_failure(contract: Contract, gathered: Gathered) -> list[str]:
    """Return what would show more than a task of the run that came to no video, and why it did not."""
    failures = (own_task_failure(contract.request_contract, evidence) for evidence in gathered.values())
    return [f"a task that succeeds; {failure}" for failure in failures if failure is not None]


def _resumed(gathered: Gathered) -> list[str]:
    """Return what would show more than a run that went on with an earlier one's task."""
    return [_SHOWN_BY_CREATION] if any(RESUMED in evidence.notes for evidence in gathered.values()) else []


def _unserved(case: Case, gathered: Gathered) -> list[str]:
    """Return how the first right request was refused, where none was served: no other route would mend that."""
    needed = [e for name, e in gathered.items() if name not in case.optional_probes and e.kind == "life"]
    asked = [exchange for evidence in needed for exchange in evidence.exchanges]
    if not asked or any(exchange.reply.is_success for exchange in asked):
        return []
    served = "a task that the service serves" if asked[0].role in TASK_ROLES else "a request that is served"
    return [f"{served}; {asked[0].request} was answered with {asked[0].reply.told_status}"]


def _gaps(case: Case, gathered: Gathered) -> list[Gap]:
    """Return what is missing of what a case needs; what an optional probe could not tell hides nothing."""
    needs, optional_probes = set(case.needs), set(case.optional_probes)
    named = [({name, evidence.kind}, evidence) for name, evidence in gathered.items()]
    needed = [evidence for names, evidence in named if names & needs or not names & optional_probes]
    return [gap for evidence in needed for gap in evidence.gaps if case.kind.beside or not gap.beside]


def _without_fault(
    case: Case, held: list[ReplyView], hints: list[str], lost: list[str], gaps: list[Gap], serves: Serves
) -> Verdict:
    """Nothing seen is never a pass: say what was in the way, or what would have shown it."""
    shown = [view for view in held if view.shows_something]
    held = [view for view in shown if view.reply.is_success or may_refuse(view, serves)]
    if shown and not held:
        return case.verdict(Outcome.UNSEEN, expected=_what_is_served(case, shown[0]))
    lost = lost + [gap.sentence for gap in gaps if gap.kind == "inconclusive"]
    if held:
        return case.verdict(Outcome.MET, observations=len(held), evidence=pointers(held, ""), partial=bool(lost))
    if lost:
        return case.verdict(Outcome.INCONCLUSIVE, received=lost[0])
    refused = [gap.sentence for gap in gaps if gap.kind == "refused"]
    if refused:
        return case.verdict(Outcome.UNSEEN, expected=refused[0], refused=True)
    withheld = [gap.sentence for gap in gaps if gap.kind == "unseen"]
    return case.verdict(Outcome.UNSEEN, expected=(hints + withheld + [_SHOWN_BY])[0])


def _what_is_served(case: Case, view: ReplyView) -> str:
    operation = case.contract.operation(view.exchange.role)
    if operation is None or view.exchange.role == "retrieve":
        return _SERVED.format(case.contract.name)
    return f"a request that {operation.method} {operation.path} serves; where all is refused, a refusal shows nothing"


def _broken(case: Case, all_broken: list[tuple[BrokenLaw, Subject]]) -> Verdict:
    broken, subject = all_broken[0]
    view = broken.view or (subject.all[0] if subject.all else None)
    views = [
        one for each, judged in all_broken for one in (each.view or next(iter(judged.all), None), *each.others) if one
    ]
    observations = max(len(subject.observed), 1)
    return _unmet(case, broken.expected, broken.received, observations, view, broken.pointer, views)


def _unmet(
    case: Case, expected: str, received: str, observations: int, view: ReplyView | None, pointer: str,
    views: list[ReplyView],
) -> Verdict:  # fmt: skip
    """Return what is broken in one reply, at a pointer; other `views` show it as well."""
    # A document has examples, and asked nobody.
    routes = () if case.subject == "document" else tuple(sorted({one.route for one in views}))
    return case.verdict(
        Outcome.UNMET,
        expected=expected,
        received=received,
        observations=observations,
        evidence=(*pointers([view], pointer), *pointers_elsewhere(view, views)) if view else (),
        request=curl(case.contract, view.exchange) if view else "",
        routes=routes,
    )
