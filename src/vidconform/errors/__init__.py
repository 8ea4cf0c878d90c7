"""What can go wrong before or beside a verdict, each with a stable code."""

from vidconform.errors.error_table import FAULT_OF_OURS, SYSTEM_ERROR, UNFORESEEN_VALUE, error_kinds, with_code
from vidconform.errors.error_types import (
    BadOption,
    CassetteDamaged,
    CassetteMissing,
    DataFileProblem,
    ExposedKey,
    MissingKey,
    ResultsRefused,
    UnknownErrorCode,
    UnknownProvider,
    UnusableEnvironment,
    UnusableKey,
    UsageProblem,
    VidconformError,
)
from vidconform.errors.run_errors import AskedElsewhere, CassetteStale, SecretRefused, WriteFailed

__all__ = [
    "FAULT_OF_OURS", "SYSTEM_ERROR", "UNFORESEEN_VALUE", "AskedElsewhere", "BadOption", "CassetteDamaged",
    "CassetteMissing", "CassetteStale", "DataFileProblem", "ExposedKey", "MissingKey", "ResultsRefused",
    "SecretRefused", "UnknownErrorCode", "UnknownProvider", "UnusableEnvironment", "UnusableKey", "UsageProblem",
    "VidconformError", "WriteFailed", "error_kinds", "with_code",
]  # fmt: skip
