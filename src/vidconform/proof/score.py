"""The score of a matrix as data (format vidconform/proof@1)."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import Any

from vidconform.contracts import find_provider, grouped, load_contracts
from vidconform.emulator.vices import Vice, find_vice
from vidconform.proof.kept_forms import RequirementKey
from vidconform.proof.trial import BROKEN, FAULTLESS, NULL_VENDOR, WALL, Trial, service_cases

FORMAT = "vidconform/proof@1"
_STAND_INS = (FAULTLESS, NULL_VENDOR, WALL)


def score(trials: Iterable[Trial]) -> dict[str, Any]:
    """Return what a matrix shows, provider by provider."""
    by_provider = grouped(trials, lambda trial: trial.provider)
    return {"format": FORMAT, "providers": {name: _provider(found) for name, found in by_provider.items()}}


def _provider(trials: list[Trial]) -> dict[str, Any]:
    named = {trial.name: trial for trial in trials}
    vices = [_vice(trial, named[FAULTLESS]) for trial in trials if trial.name not in _STAND_INS]
    levels = _levels(trials[0].provider)
    broken_rows = {tuple(row.split("#")) for vice in vices for row in vice["felled"]}
    never = [row for row in levels if row not in broken_rows]
    return {
        "figures": _figures(vices, levels),
        "vices": vices,
        "never_felled": _listed(never, levels),
        "faultless_but_unmet": _listed(named[FAULTLESS].broken_rows, levels),
        "kept_by_a_null_vendor": _listed(named[NULL_VENDOR].kept, levels),
        "judged_again_otherwise": [
            f"{trial.name}: {one}" for trial in trials for one in trial.reread if not one.is_taken
        ],
        "kept_by_a_wall": _listed(named[WALL].kept, levels),
    }


def _vice(trial: Trial, faultless: Trial) -> dict[str, Any]:
    vice = find_vice(trial.provider, trial.name)
    expected = {(fault.contract, requirement) for fault in vice.faults for requirement in fault.breaks}
    broken_rows = trial.broken_rows - faultless.broken_rows
    missed, stray = expected - broken_rows, broken_rows - expected
    caught = bool(trial.gaps) if vice.stalls else bool(expected) and not missed
    return {
        "vice": vice.name,
        "kind": _kind(vice),
        "caught": caught,
        "reading": next((word for word in BROKEN if word in {trial.labels[row] for row in broken_rows}), None),
        "felled": _ids(broken_rows),
        "missed": _ids(missed),
        "stray": _ids(stray),
        "silenced": sum(row in trial.labels for row in faultless.kept - trial.kept - broken_rows),
        "blamed": max((sum(row[0] == contract for row in broken_rows) for contract, _ in broken_rows), default=0),
    }


def _kind(vice: Vice) -> str:
    """Say what should become of it: some requirement falls, the run has no end, or no document forbids it."""
    return "stalls" if vice.stalls else "allowed" if vice.allowed else "fells"


def _figures(vices: list[dict[str, Any]], levels: dict[RequirementKey, str]) -> dict[str, Any]:
    forbidden = [vice for vice in vices if vice["kind"] != "allowed"]
    blamed = [vice["blamed"] for vice in vices if vice["kind"] == "fells"]
    return {
        "requirements": len(levels),
        "vices": len(forbidden),
        "caught": sum(vice["caught"] for vice in forbidden),
        "allowed": len(vices) - len(forbidden),
        "false_alarms": sum(bool(vice["felled"]) for vice in vices if vice["kind"] == "allowed"),
        "median_blamed": median(blamed) if blamed else 0,
        "most_blamed": max(blamed, default=0),
    }


def _levels(provider: str) -> dict[RequirementKey, str]:
    contracts = load_contracts(find_provider(provider))
    cases = [case for contract in contracts for case in service_cases(contract)]
    return {(case.contract.id, case.requirement.id): case.requirement.level.value for case in cases}


def _ids(rows: Iterable[RequirementKey]) -> list[str]:
    return sorted("#".join(row) for row in rows)


def _listed(rows: Iterable[RequirementKey], levels: dict[RequirementKey, str]) -> list[dict[str, str]]:
    return [{"contract": row[0], "requirement": row[1], "level": levels[row]} for row in sorted(rows)]
