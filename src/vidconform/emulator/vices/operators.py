"""Every operator by its name; each of these modules declares its own when it is loaded."""

from __future__ import annotations

from vidconform.emulator.vices import (  # noqa: F401
    agreement_faults,
    answer_faults,
    auth_faults,
    collection_faults,
    creation_faults,
    lifecycle_faults,
    odd_requests,
    operation_faults,
    promise_faults,
    refusal_faults,
    time_faults,
)
from vidconform.emulator.vices.vice import OPERATORS

__all__ = ["OPERATORS"]
