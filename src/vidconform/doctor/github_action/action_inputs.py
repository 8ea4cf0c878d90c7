"""The inputs of the action, as action.yml hands them over: a variable INPUT_NAME each."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vidconform.contracts import Provider, find_provider
from vidconform.errors import BadOption

# One night is held against the next: what only some requests show must not come and go with those that are drawn.
_FUZZ = ("--fuzz=4", "--fuzz-seed=1")


@dataclass(frozen=True)
class Inputs:
    """What a workflow asked for; `secrets` are variables for the processes started, and never arguments."""

    provider: Provider
    secrets: Mapping[str, str]
    task_ids: Sequence[str]
    pytest: Sequence[str]
    max_creations: str
    report: str
    doctor: bool
    allow_failure: bool


def read_inputs(environ: Mapping[str, str]) -> Inputs:
    """Return the inputs; raises UnknownProvider, DataFileProblem, and BadOption for one of the wrong form."""
    provider, report = find_provider(_text(environ, "provider")), _text(environ, "report") or "vidconform-report"
    if not report.isprintable():
        raise BadOption("report", ascii(report), "the name of a folder")
    more = _text(environ, "arguments")
    try:
        extra = shlex.split(more)
    except ValueError as error:
        raise BadOption("arguments", more, f"words as in a shell ({error})") from error
    return Inputs(
        provider=provider,
        secrets=_secrets(environ, provider),
        task_ids=[f"--task-id={task}" for task in _text(environ, "task-ids").split()],
        pytest=[*_FUZZ, *_options(environ), *extra],
        max_creations=_text(environ, "max-creations") or "0",
        report=report,
        doctor=_choice(environ, "doctor", default=True),
        allow_failure=_choice(environ, "allow-failure", default=False),
    )


def _secrets(environ: Mapping[str, str], provider: Provider) -> dict[str, str]:
    """Return the keys under the names that a run reads; what stands in the environment already needs no input."""
    token = provider.other_key_variable.replace("_OTHER_API_KEY", "_TOKEN")
    names = {"key": provider.key_variable, "other-key": provider.other_key_variable, "token": token}
    return {variable: _text(environ, name) for name, variable in names.items() if _text(environ, name)}


def _options(environ: Mapping[str, str]) -> list[str]:
    given = {name: _text(environ, name) for name in ("max-cost", "fail-on", "provider-url")}
    options = [f"--{name}={value}" for name, value in given.items() if value]
    options += [f"--deviations={file}" for file in _text(environ, "deviations").split()]
    return options + (["--resume"] if _choice(environ, "resume", default=False) else [])


def _text(environ: Mapping[str, str], name: str) -> str:
    return environ.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def _choice(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = _text(environ, name)
    if text not in ("", "true", "false"):
        raise BadOption(name, text, "true or false")
    return text == "true" if text else default
