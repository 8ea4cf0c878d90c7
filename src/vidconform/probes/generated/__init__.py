"""Probes whose requests are generated: odd ids and invalid bodies, all of them free."""

from vidconform.probes.generated.exploration import DRAWING_PROCESSES
from vidconform.probes.generated.generated_probes import MOST_OF_ALL, MOST_OF_ONE, most_of_each

__all__ = [
    "DRAWING_PROCESSES", "MOST_OF_ALL", "MOST_OF_ONE", "most_of_each",
]  # fmt: skip
