"""Keeps secrets out of everything that is kept: what is secret, in every encoding, and the one writer of files."""

from vidconform.redaction.guard import Guard, environment_guard, say_guarded
from vidconform.redaction.key_holders import check_arguments, check_keyless
from vidconform.redaction.redactor import Redactor
from vidconform.redaction.regular_files import open_regular, write_whole
from vidconform.redaction.secret_encodings import SHORTEST

__all__ = [
    "SHORTEST", "Guard", "Redactor", "check_arguments", "check_keyless", "environment_guard", "open_regular",
    "say_guarded", "write_whole",
]  # fmt: skip
