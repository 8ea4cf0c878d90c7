"""All probes by name, with what each costs and which contracts it applies to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from vidconform.contracts import Contract
from vidconform.exchange import ProbeKind
from vidconform.ledger import Danger
from vidconform.probes import alternatives, collection, lifecycle
from vidconform.probes.generated.generated_probes import ACCIDENT, GENERATED_ROLES, REQUIREMENT, GeneratedProbe
from vidconform.probes.generated.request_trial import DANGER
from vidconform.probes.polling import polling
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.refusals import OPTIONAL_MEMBER, REFUSALS, RefusalProbe
from vidconform.probes.task_lookup import Find

Script = Callable[[ProbeContext, Find], None]


@dataclass(frozen=True)
class Probe:
    """A scripted conversation; `cost` is free, read or paid, `refusal` and `generated` what else is known of it.

    `requirement` is the id without which, or `also`, a contract has no use for it.
    """

    name: str
    cost: str
    role: str
    script: Script
    requirement: str = ""
    also: str = ""
    refusal: RefusalProbe | None = None
    generated: GeneratedProbe | None = None

    def applies_to(self, contract: Contract) -> bool:
        """Whether the contract has the operation that the probe asks, and states what it is sent for."""
        stated = {self.requirement, self.also} - {""}
        is_stated = not stated or not stated.isdisjoint(contract.requirements)
        operation = contract.operation(self.role)
        # An address that a creation told is asked for its task alone; a result lies elsewhere. What a route of two
        # roles answers to any other task is asked as its first one.
        is_asked = operation is not None and not operation.shares and (not operation.polls or self.name == "result")
        return is_stated and is_asked

    @property
    def kind(self) -> ProbeKind:
        """What its evidence is of."""
        return "refusal" if self.refusal else "generated" if self.generated else "life"

    @property
    def accident(self) -> str:
        """The id of the requirement that a creation breaks which it must not come to; none for other probes."""
        if self.cost != "paid" or self.kind == "life":
            return ""
        return ACCIDENT if self.generated else self.requirement

    def danger(self, contract: Contract) -> Danger:
        """Return how easily what it asks is served although it must be refused."""
        return self.refusal.danger(contract) if self.refusal else DANGER


# A place in the limit that an accident takes is lost for what comes later, and so is what a crash cuts off.
# What some vendors serve to anybody.
KEYLESS = ("retrieve", "list", "content", "models")
# A task that is deleted is of use to nobody.
_STAGES = (
    "observe", "create", "read", "free refusal", "paid refusal", "generated", "remix", "create-as-form", "cancel",
    "option", "late-cancel", "delete",
)  # fmt: skip


def _refusal_probe(refusal: RefusalProbe) -> Probe:
    cost = "paid" if refusal.may_create else "free"
    return Probe(refusal.name, cost, refusal.case.role, refusal, refusal.case.requirement, refusal=refusal)


def _generated_probe(role: str) -> Probe:
    generated = GeneratedProbe(role)
    cost = "paid" if generated.may_create else "free"
    return Probe(generated.name, cost, role, generated, REQUIREMENT, ACCIDENT, generated=generated)


PROBES: dict[str, Probe] = {
    probe.name: probe
    for probe in (
        Probe("observe", "read", "retrieve", lifecycle.observe),
        Probe("create", "paid", "create", lifecycle.create),
        Probe("content", "read", "content", lifecycle.content),
        Probe("content-variants", "read", "content", alternatives.content_variants, "content-variants-are-served"),
        Probe("list", "read", "list", collection.listing),
        Probe("models", "read", "models", collection.models),
        Probe("polling", "read", "retrieve", polling, "polling-url-serves-the-task"),
        Probe("remix", "paid", "remix", lifecycle.remix),
        *(Probe(f"{role}-keyless", "read", role, alternatives.keyless, f"{role}-needs-no-key") for role in KEYLESS),
        Probe("create-as-form", "paid", "create", alternatives.create_as_form, "create-accepts-form"),
        Probe("cancel", "paid", "create", collection.cancel, "cancelled-task-ends", collection.WAITING),
        Probe("late-cancel", "free", "cancel", collection.late_cancel),
        Probe("delete", "free", "delete", collection.delete),
        Probe("result", "read", "retrieve", lifecycle.result, "result-is-playable"),
        Probe("second-route", "read", "second-retrieve", lifecycle.second_route),
        Probe(
            "second-route-admin", "read", "second-retrieve", lifecycle.second_route_admin, "second-route-accepts-admin"
        ),
        Probe("each-credential", "read", "retrieve", alternatives.each_credential, "retrieve-accepts-each-credential"),
        *map(_refusal_probe, REFUSALS),
        *map(_generated_probe, GENERATED_ROLES),
    )
}


def probe_named(contract: Contract, name: str) -> Probe:
    """Return a probe of a contract: one that all share, or that of a refusal which its document states."""
    return PROBES[name] if name in PROBES else _stated(contract)[name]


def kind_of_probe(name: str) -> ProbeKind:
    """Return what the evidence of a probe is of, whatever contract it belongs to."""
    return PROBES[name].kind if name in PROBES else "refusal"


def _stated(contract: Contract) -> dict[str, Probe]:
    stated = (RefusalProbe(case.probe, case, is_stated=True) for case in contract.refusals.values())
    return {refusal.name: _refusal_probe(refusal) for refusal in stated}


@lru_cache(64)
def probes_of(contract: Contract) -> tuple[Probe, ...]:
    """Return the probes that apply to a contract, in the order in which they are gathered."""
    known = [*PROBES.values(), *_stated(contract).values()]
    applicable = [probe for probe in known if probe.applies_to(contract)]
    return tuple(sorted(applicable, key=lambda probe: turn_of(probe, contract)))


def turn_of(probe: Probe, contract: Contract) -> tuple[int, int]:
    """Return when a probe is gathered: what is asked rightly before what is not, and what is cheap and safe first."""
    stage = _STAGES.index(_stage(probe, contract))
    return (stage, probe.danger(contract).rank if probe.refusal else 0)


def _stage(probe: Probe, contract: Contract) -> str:
    if probe.kind == "life":
        return probe.name if probe.name in _STAGES else "read"
    is_option = probe.refusal is not None and probe.cost == "paid" and probe.danger(contract).rank == OPTIONAL_MEMBER
    return "option" if is_option else "generated" if probe.generated else f"{probe.cost} refusal"
