"""All probes by name, with what each costs and which contracts it applies to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vidconform.contracts import Contract
from vidconform.exchange import ProbeKind
from vidconform.probes import lifecycle
from vidconform.probes.generated.generated_probes import GENERATED_ROLES, REQUIREMENT, GeneratedProbe
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.refusals import REFUSALS, RefusalProbe
from vidconform.probes.task_lookup import Find

Script = Callable[[ProbeContext, Find], None]


@dataclass(frozen=True)
class Probe:
    """A scripted conversation; `cost` is free, read or paid, `refusal` and `generated` what else is known of it.

    `requirement` is the id without which a contract has no use for it.
    """

    name: str
    cost: str
    role: str
    script: Script
    requirement: str = ""
    refusal: RefusalProbe | None = None
    generated: GeneratedProbe | None = None

    def applies_to(self, contract: Contract) -> bool:
        """Whether the contract has the operation that the probe asks, and states what it is sent for."""
        is_stated = not self.requirement or self.requirement in contract.requirements
        return is_stated and contract.operation(self.role) is not None

    @property
    def kind(self) -> ProbeKind:
        """What its evidence is of."""
        return "refusal" if self.refusal else "generated" if self.generated else "life"


def _refusal_probe(refusal: RefusalProbe) -> Probe:
    cost = "paid" if refusal.may_create else "free"
    return Probe(refusal.name, cost, refusal.role, refusal, refusal.requirement, refusal)


def _generated_probe(role: str) -> Probe:
    generated = GeneratedProbe(role)
    cost = "paid" if generated.may_create else "free"
    return Probe(generated.name, cost, role, generated, REQUIREMENT, generated=generated)


# Creations that must be refused come before the one that must not: an accident among them is one of the creations
# that the run may make.
PROBES: dict[str, Probe] = {
    probe.name: probe
    for probe in (
        *(_refusal_probe(refusal) for refusal in REFUSALS if refusal.role == "create"),
        *(_generated_probe(role) for role in GENERATED_ROLES),
        Probe("observe", "read", "retrieve", lifecycle.observe),
        Probe("create", "paid", "create", lifecycle.create),
        Probe("content", "read", "content", lifecycle.content),
        *(_refusal_probe(refusal) for refusal in REFUSALS if refusal.role == "remix"),
        Probe("remix", "paid", "remix", lifecycle.remix),
        Probe("second-route", "read", "second-retrieve", lifecycle.second_route),
        Probe(
            "second-route-admin", "read", "second-retrieve", lifecycle.second_route_admin, "second-route-accepts-admin"
        ),
        *(_refusal_probe(refusal) for refusal in REFUSALS if refusal.role not in ("create", "remix")),
    )
}


def probes_of(contract: Contract) -> list[Probe]:
    """Return the probes that apply to a contract, in the order in which they are gathered."""
    return [probe for probe in PROBES.values() if probe.applies_to(contract)]
