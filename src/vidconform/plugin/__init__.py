"""The pytest plugin: options, and the hooks of a run registered once there is one.

Loaded in every pytest run of an environment, so it imports nothing of weight.
"""

from __future__ import annotations

import inspect
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from vidconform.errors import BadOption, UsageProblem
from vidconform.locations import data_folder

if TYPE_CHECKING:
    from vidconform.plugin.judge import Judge

JUDGE = "vidconform-judge"
SCHEMA_ARGUMENT = "schema_node"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a run."""
    add = parser.getgroup("vidconform", "vidconform, the conformance of video-task APIs").addoption
    many: dict[str, Any] = {"action": "append", "default": []}
    add("--provider", metavar="NAME", help="a known name, a folder with a provider.toml, or all; repeatable", **many)
    subject = "NAME@VERSION: who serves, and in which version, in results, cassettes and reports; repeatable"
    add("--subject", metavar="NAME@VERSION", help=subject, **many)
    add("--live", action="store_true", help="talk to the provider over the network; saves nothing")
    add("--provider-url", metavar="URL", help="instead of the provider's own address (also <PROVIDER>_BASE_URL)")
    add("--task-id", metavar="[CONTRACT=]ID", help="an existing task to observe; repeatable", **many)
    add("--poll-interval", type=float, metavar="S", help="seconds between two reads of a running task")
    add("--poll-timeout", type=float, metavar="S", help="seconds of patience with a running task")
    add("--max-creations", type=int, default=2, metavar="N", help="paid creations in the run; default 2, 0 for none")
    fuzz = "generated requests an operation, and up to N=30 at most 60 a provider; default 25, 0 for none"
    add("--fuzz", type=int, default=25, metavar="N", help=fuzz)
    add("--fuzz-seed", type=int, metavar="SEED", help="what they are drawn from, told at the start; default a new one")
    add("--request-timeout", type=float, metavar="S", help="seconds that one request may take; default 30")
    bound = "seconds in which the run sends requests; default what its plan needs, for each provider"
    add("--run-timeout", type=float, metavar="S", help=bound)
    add("--max-body", type=int, metavar="BYTES", help="the most that is read of one reply; default 1048576")
    add("--max-cost", type=float, metavar="USD", help="refuse creations that would cost more than this in the run")
    add("--plan", action="store_true", help="print what the run would send and what it may cost; sends nothing")
    add("--resume", action="store_true", help="go on with the tasks that a killed run left in the folder of --report")
    against = "judge the same evidence by this contract as well, or by all; informs, sends nothing; repeatable"
    add("--against", metavar="CONTRACT", help=against, **many)
    add("--require", metavar="CONTRACT", help="the same, and what fails by it fails the run; repeatable", **many)
    settle = "what became of creations whose answers were lost, as the vendor shows it"
    add("--settle", choices=("paid", "not-made"), help=settle)
    add("--deviations", metavar="FILE", type=Path, help="known deviations of one's own; repeatable", **many)
    recheck = "ask again what is known to deviate and costs a creation each time that it does"
    add("--recheck-deviations", action="store_true", help=recheck)
    add("--write-deviations", metavar="FILE", type=Path, help="write an entry there for each new failure")
    again = "judge what an earlier run kept (its --report, a zip of it, or cassettes) once more; sends nothing"
    add("--evidence", metavar="RUN", type=Path, help=f"{again}; repeatable", **many)
    add("--allow-http", action="store_true", help="send keys unencrypted to public addresses as well")
    add("--report", metavar="DIR", type=Path, help="write DIR/results.jsonl and what comes beside it")
    add("--sdk", action="store_true", help="drive the official openai package as well; what it finds informs")
    add("--fail-on", choices=("must", "should"), default="must", help="the lowest level whose unmet requirements fail")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run at the start, where a usage error ends it the same way with and without pytest-xdist."""
    if config.option.provider or config.option.evidence:
        _aim_at_suites(config)
        _start(config)
    else:
        _check_needless(config)


@pytest.hookimpl(tryfirst=True)
def pytest_keyboard_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> None:
    """Show no frame below our first one, with --full-trace neither: what sends and what redacts is called with keys."""
    ours, step = str(Path(__file__).parent), excinfo.tb
    while step.tb_next is not None:
        if step.tb_frame.f_code.co_filename.startswith(ours):
            step.tb_next = None
            return
        step = step.tb_next


def _check_needless(config: pytest.Config) -> None:
    """Raise UsageError for an option of a run that nothing would come of: no provider is asked unless one is named."""
    option = config.option
    asking = ("live", "provider_url", "task_id", "plan", "resume", "settle", "against", "require", "subject")
    given = next((f"--{name.replace('_', '-')}" for name in asking if getattr(option, name)), None)
    if given is not None and not option.help:
        raise pytest.UsageError(str(BadOption(given, None, "--provider=NAME with it, or --provider=all")))


def _aim_at_suites(config: pytest.Config) -> None:
    """Run the suites where no paths are given, and find them by module name in an editable install too."""
    suites = data_folder("suites")
    given = list(config.args)
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args[:] = [str(suites)]
    elif config.option.pyargs:
        config.args[:] = [_suite_path(argument, suites) for argument in config.args]
    if config.args != given:
        # Another project's patterns are about its own tests.
        config.getini("python_files").append("test_*.py")
        config.getini("python_functions").append("test")


def _suite_path(argument: str, suites: Path) -> str:
    module, separator, test = argument.partition("::")
    if module != "vidconform.suites" and not module.startswith("vidconform.suites."):
        return argument
    inside = module.removeprefix("vidconform.suites").lstrip(".")
    return str(suites / f"{inside}.py" if inside else suites) + separator + test


def _start(config: pytest.Config) -> Judge:
    """Prepare the run and register its hooks; raises UsageError (exit code 4) for what the user must mend."""
    from vidconform.contracts import SecretVariables
    from vidconform.plugin.judge import start
    from vidconform.redaction import check_arguments

    environ = SecretVariables(os.environ)
    try:
        check_arguments([*config.invocation_params.args, environ.get("PYTEST_ADDOPTS", "")], environ)
        return start(config, environ)
    except UsageProblem as problem:
        raise pytest.UsageError(_told(problem)) from None


def _told(problem: UsageProblem) -> str:
    from vidconform.text import printable

    return printable(str(problem))


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: Any) -> list[pytest.Item] | None:
    """Collect nothing for a law that no ledger of the run needs: it is not a skipped test but none at all.

    Raises CollectError for a law that looks at what nobody knows.
    """
    try:
        needless = _is_helper(collector, name, obj) or (is_law(obj) and not _judge(collector.config).cases(obj)[0])
    except UsageProblem as problem:
        raise collector.CollectError(_told(problem)) from None
    return [] if needless else None


def _is_helper(collector: pytest.Collector, name: str, obj: Any) -> bool:
    """Whether an object of a suite, or what any test module has of `vidconform.laws`, is no test.

    Patterns and plugins of another project may take it for one.
    """
    is_ours = (inspect.isfunction(obj) or inspect.isclass(obj)) and f"{obj.__module__}.".startswith("vidconform.laws.")
    return is_ours or (not name.startswith("test") and collector.path.is_relative_to(data_folder("suites")))


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one item of each verdict; suites collected without --provider judge every provider."""
    function: Any = metafunc.function
    if is_law(function) or SCHEMA_ARGUMENT in metafunc.fixturenames:
        argument = next(iter(inspect.signature(function).parameters))
        cases, ids = _judge(metafunc.config).cases(function if is_law(function) else None)
        # An autouse fixture of somebody's, with parameters, would judge each case several times.
        metafunc.fixturenames[:] = [argument]
        metafunc.parametrize(argument, cases, ids=ids)


def is_law(function: object) -> bool:
    """Whether a test function is a law; without importing what a law is made of."""
    return inspect.isfunction(function) and hasattr(function, "counterexamples")


def _judge(config: pytest.Config) -> Judge:
    judge: Judge | None = config.pluginmanager.get_plugin(JUDGE)
    return judge or _start(config)
