"""The command line, for what is not a test run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from vidconform.cli.commands import USAGE, command_line
from vidconform.cli.interruption import ended_as_interrupted
from vidconform.cli.standard_streams import drop_unwritten, open_closed_streams
from vidconform.errors import FAULT_OF_OURS, SYSTEM_ERROR, UNFORESEEN_VALUE, VidconformError, with_code
from vidconform.redaction import check_arguments
from vidconform.text import say, told_fault

__all__ = ["main"]

# As a shell tells of what a signal ended: this and its number.
_SIGNALLED = 128
# What a shell sets when it asks for completions; argcomplete is installed then.
_COMPLETING = "_ARGCOMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; what the user can mend is one sentence and exit code 4."""
    open_closed_streams()
    with ended_as_interrupted() as ended_by:
        return _run(arguments, ended_by)


def _run(arguments: Sequence[str] | None, ended_by: list[int]) -> int:
    parser = command_line()
    if _COMPLETING in os.environ:
        from argcomplete import autocomplete

        autocomplete(parser)
    try:
        check_arguments(sys.argv[1:] if arguments is None else arguments, os.environ)
        options = parser.parse_args(arguments)
        code = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough.
        drop_unwritten()
        return 0
    except KeyboardInterrupt as end:
        say("; ".join(["vidconform: interrupted", *map(str, end.args)]), sys.stderr)
        return _SIGNALLED + ended_by[0]
    except VidconformError as problem:
        return _refuse(problem)
    except (OSError, ValueError) as problem:
        return _refuse(with_code(problem, SYSTEM_ERROR if isinstance(problem, OSError) else UNFORESEEN_VALUE))
    except Exception as error:  # noqa: BLE001 - with Python's own exit code it would say that something got worse
        return _refuse(with_code(told_fault(error), FAULT_OF_OURS))
    return code or 0


def _refuse(sentence: object) -> int:
    try:
        say(f"vidconform: {sentence}", sys.stderr)
        sys.stdout.flush()
    except OSError:
        drop_unwritten()
    return USAGE
