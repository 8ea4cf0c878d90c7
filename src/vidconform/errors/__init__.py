"""What can go wrong before or beside a verdict, each with a stable code."""

from vidconform.errors.error_table import FAULT_OF_OURS, SYSTEM_ERROR, UNFORESEEN_VALUE, error_kinds, with_code
from vidconform.errors.error_types import (
    BadOption,
    BundleRefused,
    CassetteDamaged,
    CassetteMissing,
    DataFileProblem,
    ExposedKey,
    MissingExtra,
    MissingKey,
    ResultsRefused,
    StorageRefused,
    UnknownErrorCode,
    UnknownProvider,
    UnusableEnvironment,
    UnusableKey,
    UsageProblem,
    VidconformError,
)
from vidconform.errors.run_errors import INCOMPLETE, AskedElsewhere, CassetteStale, SecretRefused, WriteFailed

__all__ = [
    "FAULT_OF_OURS", "INCOMPLETE", "SYSTEM_ERROR", "UNFORESEEN_VALUE", "AskedElsewhere", "BadOption", "BundleRefused",
    "CassetteDamaged", "CassetteMissing", "CassetteStale", "DataFileProblem", "ExposedKey", "MissingExtra",
    "MissingKey", "ResultsRefused", "SecretRefused", "StorageRefused", "UnknownErrorCode", "UnknownProvider",
    "UnusableEnvironment", "UnusableKey", "UsageProblem", "VidconformError", "WriteFailed", "error_kinds", "with_code",
]  # fmt: skip
