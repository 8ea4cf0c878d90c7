"""Every command of README.md and docs/ runs: in its own folder, with made-up keys, against emulators on loopback."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.documented import PAGES, ROOT, Command, acme_in, commands, commands_in_sentences
from tests.support.processes import KEYS, UNNEEDED, environment, judge
from vidconform.cli import main
from vidconform.contracts.provider import find_provider, provider_names
from vidconform.emulator.server import Running, running

SHOWN = [command for page in PAGES for command in commands(str(page.relative_to(ROOT)), page.read_text("utf-8"))]
SAID = [c for page in PAGES for c in commands_in_sentences(str(page.relative_to(ROOT)), page.read_text("utf-8"))]

# Not run here, and why.
TOLD_APART = {
    r"python3 -m venv \.venv": "makes an environment; .ci/run makes one",
    r"\S*pip install -q \S+( \S+)?|pip install -e '\.\[\S+\]'": "needs a package index; .ci/run installs the same",
    r"pip install 'vidconform\[\w+\]'": "would ask a package index for this project; .ci/run installs its extras",
    r"\S*pytest -n 4 --dist loadfile": "is all tests, this one among them",
    r"export [A-Z_]+_(API_KEY|TASK_IDS)=.*": "every command here has made-up keys and tasks",
    r"vidconform proof -o score.json": "takes minutes; .ci/run vices runs it",
    r"python -m tests\.mutation\.mutate.*": "takes minutes; .ci/run mutants runs it",
    r"python -m tests\.soak\.(soak|plugins).*": "takes minutes; tests/soak runs the same for some seconds",
    r"python -m tests\.benchmarks\.figures.*": "takes minutes, and writes the pages (test_documented_figures.py)",
    r"vidconform client .*": "takes a minute; tests/client/against_vices runs three clients",
    r"pytest .*--sdk.*": "needs the extra sdk; tests/client runs it where it is installed",
    r"vidconform rejudge .*--on=.*|dask (scheduler|worker).*": "needs the extra dask; tests/catalogue runs it",
    r"vidconform (rejudge|verify) s3://.*": "needs the extra s3 and a bucket; tests/catalogue runs it",
    r"(git|cd|gh) .*|\.venv/bin/vidconform new acme .*|ACME_API_KEY=.*": "needs a fork, a vendor and its key",
    r"python -m gateways .*": "installs a gateway, which takes minutes; tests/gateways has its parts",
    r"st run .*": "tests/probes/test_schemathesis_cli.py runs it with the address of an emulator",
}

# Programs that are not ours.
OTHERS = ("pip", "dask", "export", "st", "git", "cd", "gh", "ACME_API_KEY=...")

# The words of the pages that stand for something of the reader's, and what the test has in their place.
PLACEHOLDERS = {
    "ID": "{task}",
    "DIR": "report",
    "OLD": "run",
    "NEW": "other",
    "NIGHTS": "nights",
    "GATEWAYS": "gateways",
    "RUN": "run",
    "OUT": "again",
    "BUNDLE": "kept.vidconform",
    "SITE": "site",
    "DOCUMENTS": "documents",
    "NEW_PROVIDER": "fresh",
    "path/to/acme": "acme",
}
_PLACEHOLDER = re.compile(r"(?<![\w$./-])(path/to/\w+|[A-Z][A-Z_]+(?![\w=-])|<\w+>|\.\.\.)")
# Of sentences alone, where a name of a file or code stands for any.
IN_SENTENCES = {*PLACEHOLDERS, "PROVIDER", "NAME", "CODE", "CMD", "FILE", "URL", "..."}

# Of what does not end with 0, for its example is a fault.
EXITS: dict[str, int] = {
    "vidconform issue RUN unknown-task-is-refused": 4,
    "pytest --provider=octopusx --require=openai/videos": 1,
}
PATIENCE = 300.0

# The emulator is not waited for, nothing is drawn where the page does not say so, and no plugin of our tests is loaded.
QUICK = " ".join(["--poll-interval=0.01 --fuzz=0 -p no:cacheprovider", *UNNEEDED])


def reason(command: Command) -> str | None:
    return next((why for shape, why in TOLD_APART.items() if re.fullmatch(shape, command.text)), None)


RUN = [command for command in SHOWN if reason(command) is None]
# What stands on several pages is run once.
ONCE = list({shlex.join(command.words): command for command in reversed(RUN)}.values())[::-1]


def unknown_placeholders(command: Command) -> set[str]:
    return set(_PLACEHOLDER.findall(command.text)) - set(PLACEHOLDERS)


def filled(command: Command, task: str) -> list[str]:
    """Return the words of a command with something in the place of each placeholder."""
    return [_PLACEHOLDER.sub(lambda found: PLACEHOLDERS[found[0]].format(task=task), word) for word in command.words]


@cache
def options_of(*program: str) -> frozenset[str]:
    """Return the options that a program's own help names."""
    if program == ("pytest",):
        done = subprocess.run([sys.executable, "-m", "pytest", "--help"], capture_output=True, text=True, check=True)
        told = done.stdout
    else:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), pytest.raises(SystemExit) as ended:
            main([*program[1:], "--help"])
        assert ended.value.code == 0, f"{' '.join(program)}: no such command"
        told = out.getvalue()
    return frozenset(re.findall(r"(?<![\w-])--?[a-zA-Z][\w-]*", told))


def wrong_with(command: Command) -> list[str]:
    """Return what of a command no program of ours knows."""
    program, *words = command.words
    if program in ("python", "python3"):
        return [] if words[0] == "-c" or importlib.util.find_spec(words[1]) else [words[1]]
    if program not in ("pytest", "vidconform"):
        return [program]
    known = options_of(program) if program == "pytest" else options_of(program, words[0])
    given = words[: words.index("--")] if "--" in words else words
    return [word for word in given if word.startswith("-") and option(word) not in known]


def option(word: str) -> str:
    return word.partition("=")[0] if word.startswith("--") else word[:2]


@pytest.mark.parametrize("command", [c for c in SHOWN if c.words[0] not in OTHERS], ids=str)
def test_each_command_names_what_exists(command: Command) -> None:
    assert wrong_with(command) == []
    assert unknown_placeholders(command) == set()


@pytest.mark.parametrize("command", SAID, ids=str)
def test_each_command_in_a_sentence_names_what_exists(command: Command) -> None:
    assert wrong_with(command) == []
    assert unknown_placeholders(command) <= IN_SENTENCES


def test_each_command_that_is_told_apart_stands_on_a_page() -> None:
    assert [shape for shape in TOLD_APART if not any(re.fullmatch(shape, command.text) for command in SHOWN)] == []
    assert set(EXITS) <= {command.text for command in RUN}


def test_no_program_but_ours_is_ever_run() -> None:
    assert {command.words[0] for command in RUN} <= {"pytest", "vidconform", "python"}


def test_each_placeholder_stands_on_a_page() -> None:
    used = {word for command in RUN for word in _PLACEHOLDER.findall(command.text)}
    assert set(PLACEHOLDERS) - used == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("```sh\nvidconform lst octopusx  # a comment\n```", ["page.md:2: vidconform lst octopusx"]),
        (
            "- a\n\n      pytest --provider=a && \\\n      pytest -q\n",
            ["page.md:4: pytest --provider=a", "page.md:4: pytest -q"],
        ),
        ("```console\n$ pytest -q\n1 passed\n```", ["page.md:2: pytest -q"]),
        ("```text\nsee\npytest -q\n```", ["page.md:3: pytest -q"]),
        ("```toml\npytest = 1\n```\n\n    a -> b\n", []),
    ],
)
def test_commands_are_found_with_their_lines(text: str, found: list[str]) -> None:
    assert list(map(str, commands("page.md", text))) == found


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("pytest --provder=octopusx", ["--provder=octopusx"]),
        ("vidconform report a -o b --stale=3", ["--stale=3"]),
        ("python -m tests.nothing", ["tests.nothing"]),
        ("curl https://example.org", ["curl"]),
    ],
)
def test_what_nothing_knows_is_seen(text: str, wrong: list[str]) -> None:
    assert wrong_with(Command("a", 1, text)) == wrong


def test_a_command_that_does_not_exist_is_seen() -> None:
    with pytest.raises(AssertionError, match="no such command"):
        wrong_with(Command("a", 1, "vidconform lst"))


def test_a_placeholder_that_is_in_no_table_is_seen() -> None:
    command = Command("a", 1, "vidconform list path/to/them NAME --documents=<folder> $HOME DIR VC-201")
    assert unknown_placeholders(command) == {"path/to/them", "NAME", "<folder>"}


# What follows runs them.

Served = Callable[[str], Running]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Serve the emulators that are asked for, each once."""
    with contextlib.ExitStack() as stack:
        yield cache(lambda name: stack.enter_context(running(name, environ=KEYS)))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with all that the placeholders name."""
    folder = tmp_path_factory.mktemp("documented")
    run = judge(folder, "--provider=octopusx", "-q")
    assert run.code == 0, run.ran()
    for name in ("run", "other", "nights/1", "nights/2"):
        shutil.copytree(run.report, folder / name)
    for version in ("1.106.2", "1.109.1"):
        run = judge(folder, f"--provider=litellm@{version}", "-q")
        assert run.code == 0, run.ran()
        shutil.copytree(run.report, folder / "gateways" / version)
    shutil.rmtree(run.report)
    assert main(["rejudge", str(folder / "nights"), "-o", str(folder / "again")]) == 0
    assert main(["bundle", str(folder / "run"), "-o", str(folder / "kept.vidconform")]) == 0
    acme_in(folder)
    (folder / "documents").mkdir()
    (folder / "issues.json").write_text("[]", "utf-8")
    shutil.copy(ROOT / "specs" / "gptge" / "videos" / "openapi.yaml", folder / "openapi.yaml")
    return folder


@pytest.fixture
def workspace(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "workspace"))


def variables(workspace: Path, addresses: dict[str, str]) -> dict[str, str]:
    """Return the environment of a command: nothing in it leads to a vendor."""
    nowhere = {find_provider(name).base_url_variable: "http://127.0.0.1:9" for name in provider_names(["all"])}
    keys = KEYS | {"ACME_API_KEY": "sk-acme-Tb2/6yK+9cWv", "XDG_STATE_HOME": str(workspace / "state")}
    return environment(**{**nowhere, **addresses, **keys, "PYTEST_ADDOPTS": QUICK})


def asks(command: Command) -> bool:
    """Whether a command asks a service, or is about a task of one."""
    words = command.words
    return words[1] == "doctor" or any(re.match("--(live|record-mode|task-id)", word) for word in words)


def start(words: list[str], folder: Path, environ: dict[str, str]) -> subprocess.Popen[str]:
    words = [str(Path(sys.executable).with_name(words[0])), *words[1:]]
    return subprocess.Popen(words, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ended(words: list[str], folder: Path, environ: dict[str, str]) -> tuple[int, str]:
    """Run a command to its end: ours in this very process, which costs no start."""
    if words[0] != "vidconform":
        with start(words, folder, environ) as process:
            told, _ = process.communicate(timeout=PATIENCE)
        return process.returncode, told
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as out:
        patch.chdir(folder)
        for name, value in environ.items():
            patch.setenv(name, value)
        return main(words[1:]), out.getvalue()


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("command", ONCE, ids=str)
def test_each_command_runs(command: Command, workspace: Path, prepared: Path, served: Served) -> None:
    addresses, task = {}, ""
    for name, provider in (("octopusx", "octopusx"), ("acme", str(prepared / "acme"))):
        if asks(command) and name in command.text:
            emulator = served(provider)
            addresses[f"{name.upper()}_BASE_URL"] = emulator.url
            task = next(iter(emulator.task_ids.values()))[0]
    words, environ = filled(command, task), variables(workspace, addresses)
    if words[1] == "serve":
        serves(start(words, workspace, environ))
    else:
        code, told = ended(words, workspace, environ)
        assert code == EXITS.get(command.text, 0), told


def serves(process: subprocess.Popen[str]) -> None:
    """Expect the address of an emulator, and an end when it is asked for."""
    with process:
        assert process.stdout is not None
        address = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert address.startswith("http://127.0.0.1:")
