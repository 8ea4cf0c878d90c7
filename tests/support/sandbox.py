"""A copy of the project in which one module at a time is mutated and pytest run, each time in a forked process."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

# What the tests import is loaded once, before the forks: half the time of a short run.
import hypothesis.strategies  # noqa: F401 - loaded, not used; so are the others
import jsonschema  # noqa: F401
import jsonschema_rs  # noqa: F401
import pytest
import yaml  # noqa: F401

from tests.mutation.survivors import ROOT

COPIED = ("src", "suites", "specs", "cassettes", "tests", "pyproject.toml", "README.md")
# What is loaded already cannot be rewritten, and need not.
# The plugin of hypothesis takes strategies that the process before the fork has used for ones that slow its start.
QUIET = (
    "-x", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-m", "",
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip
SAYING_SOMETHING = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)


@dataclass
class Sandbox:
    """The copy; the working tree itself is never written to."""

    folder: Path

    def passes(self, tests: list[str]) -> bool:
        """Whether tests pass as things are; keeps byte code for the runs to come."""
        return self._run(tests, None, keeps_byte_code=True) == pytest.ExitCode.OK

    def survives(self, module: str, source: str, tests: list[str], patience: float) -> bool:
        """Whether tests pass with another source of a module; one that never ends fails them. Patience in seconds."""
        file = self.folder / module
        whole = file.read_text("utf-8")
        # Byte code is known by time and size alone, which a mutant may share with the module.
        for kept in (file.parent / "__pycache__").glob(f"{file.stem}.*"):
            kept.unlink()
        file.write_text(source, "utf-8")
        try:
            return self._run(tests, patience, keeps_byte_code=False) == pytest.ExitCode.OK
        finally:
            file.write_text(whole, "utf-8")

    def _run(self, tests: list[str], patience: float | None, *, keeps_byte_code: bool) -> int:
        child = os.fork()
        if child == 0:
            self._become_pytest(tests, keeps_byte_code)
        code = _ended(child, patience)
        if code not in SAYING_SOMETHING:
            sys.exit(f"pytest ended with {code}, which says nothing of a mutant:\n{self._log.read_text('utf-8')}")
        return code

    @property
    def _log(self) -> Path:
        return self.folder / "pytest.log"

    def _become_pytest(self, tests: list[str], keeps_byte_code: bool) -> None:
        os.chdir(self.folder)
        sys.path[:0] = [str(self.folder), str(self.folder / "src")]
        # The helpers that are loaded are those of the project itself, and not of its copy.
        for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
            del sys.modules[name]
        sys.dont_write_bytecode = not keeps_byte_code
        log = os.open(self._log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os._exit(int(pytest.main([*QUIET, *tests])))


def _ended(child: int, patience: float | None) -> int:
    """Return the exit code of a process; one that outlives the patience is ended, and its tests failed."""
    end = None if patience is None else time.monotonic() + patience
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            # A mutant may bring the interpreter itself down, which is noticed as well as a test that fails.
            return code if code >= 0 else int(pytest.ExitCode.TESTS_FAILED)
        if end is not None and time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return int(pytest.ExitCode.TESTS_FAILED)
        time.sleep(0.01)


def copied(folder: Path) -> Sandbox:
    """Return a copy of the project without byte code."""
    for name in COPIED:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, folder / name)
    return Sandbox(folder)
