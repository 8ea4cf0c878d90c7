"""How old the recordings are that a run without --live would judge, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from vidconform.contracts import Contract
from vidconform.doctor.diagnosis import CheckResult, ok, remark, unchecked
from vidconform.errors import CassetteDamaged, CassetteMissing
from vidconform.probes import probes_of
from vidconform.store import load_cassette
from vidconform.text import pluralise

_OLD = 30


def check_recordings(contracts: Sequence[Contract], now: datetime) -> CheckResult:
    """Say of when the oldest recording is, and whether they are of the service or of the emulator."""
    try:
        recorded = list(_recorded(contracts))
    except CassetteDamaged as damaged:
        return remark("recordings", f"{damaged}.")
    provider = contracts[0].provider
    if not recorded:
        again = f"pytest --provider={provider.argument} --record-mode=rewrite"
        return unchecked("recordings", f"there are none; {again} makes them.")
    oldest = min(at for at, _ in recorded)
    days, emulated = (now - oldest).days, sum(origin == "emulated" for _, origin in recorded)
    own = "all are the service's own" if recorded[1:] else "it is the service's own"
    whose = f"{emulated} {'is' if emulated == 1 else 'are'} the EMULATOR's and not the service's" if emulated else own
    age = f"{oldest:%Y-%m-%d}, {pluralise(days, 'day')} ago" if days else f"{oldest:%Y-%m-%d}, today"
    which = f"the oldest of {len(recorded)}" if recorded[1:] else "the only one"
    sentence = f"{which} is of {age}; {whose}."
    return remark("recordings", sentence) if days > _OLD or emulated else ok("recordings", sentence)


def _recorded(contracts: Sequence[Contract]) -> Iterator[tuple[datetime, str]]:
    """Yield when each recording was made and its origin; raises CassetteDamaged."""
    for contract in contracts:
        for probe in probes_of(contract):
            try:
                cassette = load_cassette(contract, probe.name)
            except CassetteMissing:
                continue
            told = cassette.metadata["recorded_at"]
            try:
                at = datetime.fromisoformat(told).astimezone(UTC)
            except (ValueError, OverflowError) as error:
                fault = f"metadata.recorded_at {told[:40]!r} is no date"
                raise CassetteDamaged(cassette.path, fault, contract.provider.argument) from error
            yield at, cassette.metadata["origin"]
