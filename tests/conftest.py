"""What holds for the whole test run: nothing that any test had written holds a key."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest


def pytest_configure() -> None:
    """Heed the interrupt: a shell that runs us in the background ignores it, and so would the runs that we start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # Only the main thread may.
        with suppress(ValueError):
            signal.signal(signal.SIGINT, signal.default_int_handler)


# Before pytest deselects by what these marks say.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which cases of a test are slow, which are left to CI, and which are run without measuring coverage."""
    seen: Counter[str] = Counter()
    for item in items:
        kind = item.nodeid.partition("[")[0]
        sample = item.get_closest_marker("sampled")
        if sample and seen[kind] % sample.args[0]:
            item.add_marker("slow")
        if seen[kind]:
            # Tracing doubles the time of what it follows.
            item.add_marker("no_cover")
        if seen[kind] and item.get_closest_marker("slow"):
            item.add_marker("exhaustive")
        seen[kind] += 1
    # What takes longest stands in files of few tests: begun last, each would keep one worker busy and the others not.
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: tests[item.path])


# For each module anew: a run reads whatever earlier ones have made.
@pytest.fixture(scope="module", autouse=True)
def what_outlives_a_run_is_no_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the creations of our tests out of the folder of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def no_file_of_any_test_holds_a_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Search every byte at the end; what a test plants on purpose lies below a folder of that name."""
    yield
    # Late: this file is loaded in a checkout by whoever has nothing but vidconform itself installed, too.
    from tests.support.processes import PLANTED, holds_a_key

    written = [file for file in tmp_path_factory.getbasetemp().rglob("*") if file.is_file() and not file.is_symlink()]
    holding = [file for file in written if PLANTED not in file.parts and holds_a_key(file.read_bytes())]
    assert holding == [], "these files hold a key of the tests"
