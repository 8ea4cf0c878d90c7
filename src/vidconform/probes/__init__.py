"""Scripted conversations with a provider; each knows what it costs and which contracts it applies to."""

from vidconform.probes.credentials import near_keys
from vidconform.probes.line_processes import LineProcesses, OverDeadline, ProcessEnded
from vidconform.probes.probe_context import ProbeContext
from vidconform.probes.probe_settings import ProbeSettings
from vidconform.probes.raw_request import EXPLORING, NOTHING_GENERATED, Generation, RawRequest
from vidconform.probes.refusals import RefusalProbe
from vidconform.probes.registry import PROBES, Probe, kind_of_probe, probe_named, probes_of, turn_of

__all__ = [
    "EXPLORING", "NOTHING_GENERATED", "PROBES", "Generation", "LineProcesses", "OverDeadline", "Probe", "ProbeContext",
    "ProbeSettings", "ProcessEnded", "RawRequest", "RefusalProbe",
    "kind_of_probe", "near_keys", "probe_named", "probes_of", "turn_of",
]  # fmt: skip
