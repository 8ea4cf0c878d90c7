"""Doctor, then pytest, with their exit codes as outputs and what a person must know as annotations."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from vidconform.contracts import known_secrets
from vidconform.doctor.exit_codes import ExitCode
from vidconform.doctor.github_action.action_inputs import Inputs, read_inputs
from vidconform.errors import INCOMPLETE, SecretRefused, VidconformError
from vidconform.redaction import Guard
from vidconform.text import code, say, visible

_FAILED, _USAGE = 1, 4
# The end of a sentence says what to do.
_LONGEST = 800
# What only the owner of the key can mend; all else is the vendor's or the network's, and a night that is not judged.
_OURS = (ExitCode.CONFIGURATION, ExitCode.KEY, ExitCode.MODEL)

# What the repository that uses the action configures for its own tests is no business of this run.
_ALONE = ("-c", os.devnull, "--rootdir=.", "--noconftest", "-p", "no:cacheprovider", "-p", "no:schemathesis")


def main(environ: Mapping[str, str]) -> int:
    """Run doctor and pytest as the environment says, and return what the step ends with."""
    try:
        inputs = read_inputs(environ)
    except VidconformError as problem:
        _annotate("error", str(problem))
        return _USAGE
    return _run(inputs, environ)


def _run(inputs: Inputs, environ: Mapping[str, str]) -> int:
    kept = {name: value for name, value in environ.items() if not name.startswith("INPUT_")}
    variables = {**kept, **inputs.secrets}
    health, trouble = _doctor(inputs, variables) if inputs.doctor else (int(ExitCode.OK), "")
    _tell(environ, "GITHUB_OUTPUT", f"name={inputs.provider.name}\ndoctor-exit-code={health}\n")
    if health in _OURS:
        _annotate("error", f"{inputs.provider.name}: not judged, and yours to mend (exit code {health}): {trouble}")
        return health
    if health:
        # Of tasks the others may be known; and who forgets a task of yesterday is to be heard of, not the user.
        _annotate("warning", f"{inputs.provider.name}: {trouble}")
    # A service in trouble is still written down as not judged, at the cost of a few free requests.
    results = Path(inputs.report) / "results.jsonl"
    before = _written(results)
    judged = _judge(inputs, inputs.max_creations if health in (ExitCode.OK, ExitCode.TASK) else "0", variables)
    # A run that judged nothing leaves those of an earlier one as they are.
    own = results if _written(results) != before else ""
    _tell(environ, "GITHUB_OUTPUT", f"exit-code={judged}\nresults={own}\n")
    if judged == INCOMPLETE:
        _annotate("notice", f"{inputs.provider.name}: nothing failed, but the run is incomplete (exit code 6)")
    return 0 if judged == INCOMPLETE or (judged == _FAILED and inputs.allow_failure) else judged


def _written(file: Path) -> int | None:
    """Return when a file was written, in nanoseconds, or None where there is none."""
    return file.stat().st_mtime_ns if file.exists() else None


def _doctor(inputs: Inputs, variables: Mapping[str, str]) -> tuple[int, str]:
    """Return doctor's exit code and the first problem; all goes to the log, and to the summary unless all is well."""
    address = [word for word in inputs.pytest if word.startswith("--provider-url=")]
    command = ["vidconform", "doctor", inputs.provider.argument, *inputs.task_ids, *address]
    done = _start(command, variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    with _without_commands():
        say(done.stdout)
    if done.returncode:
        lines = "".join(f"- {code(line)}\n" for line in done.stdout.splitlines() if line.strip())
        _tell(variables, "GITHUB_STEP_SUMMARY", f"### Doctor, {code(inputs.provider.name)}\n\n{lines}\n")
    return done.returncode, _first_problem([line for line in done.stdout.splitlines() if line.strip()])


def _first_problem(lines: Sequence[str]) -> str:
    """Return the first problem that doctor found, or why it could not be asked at all."""
    problems = [line.split(maxsplit=1)[1] for line in lines if line.startswith("  problem ")]
    return " ".join((problems or lines[-1:] or [""])[0].split())


def _judge(inputs: Inputs, max_creations: str, variables: Mapping[str, str]) -> int:
    own = [f"--provider={inputs.provider.argument}", "--live", f"--report={inputs.report}"]
    command = ["pytest", *_ALONE, *own, f"--max-creations={max_creations}", *inputs.task_ids, *inputs.pytest]
    with _without_commands():
        return _start(command, variables).returncode


def _start(
    module: Sequence[str], variables: Mapping[str, str], stdout: int | None = None, stderr: int | None = None
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *module]
    return subprocess.run(  # noqa: S603 - our own
        command, env=dict(variables), stdout=stdout, stderr=stderr, text=True, check=False
    )


@contextmanager
def _without_commands() -> Iterator[None]:
    """Keep GitHub from obeying what a vendor's text may look like: `::command::` at the start of a line."""
    word = secrets.token_hex(16)
    sys.stdout.write(f"::stop-commands::{word}\n")
    sys.stdout.flush()
    try:
        yield
    finally:
        sys.stdout.write(f"\n::{word}::\n")
        sys.stdout.flush()


def _annotate(kind: str, sentence: str) -> None:
    sys.stdout.write(f"::{kind}::{visible(sentence, _LONGEST).replace('%', '%25')}\n")
    sys.stdout.flush()


def _tell(environ: Mapping[str, str], variable: str, text: str) -> None:
    """Add to one of the files that GitHub reads after a step, where there is one."""
    if environ.get(variable):
        try:
            Guard(known_secrets(environ)).append(Path(environ[variable]), text)
        except SecretRefused as refused:
            _annotate("error", str(refused))
