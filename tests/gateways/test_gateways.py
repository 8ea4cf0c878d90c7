"""A gateway is data: read, installed where it is not, and judged where nothing leaves the machine or stays."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateways.description import FOLDER, Gateway, read_gateway
from gateways.installation import environment_of, installed_version
from tests.support.processes import environment
from vidconform.contracts.provider import all_providers, find_provider
from vidconform.errors.error_types import BadOption, DataFileProblem

ROOT = FOLDER.parent
STAND_IN = """
package = "stand-in"
installer = "npm"
command = ["{python}", "-m", "vidconform", "serve", "openai", "--port={{port}}"]
port = 4010
ready = "/v1/videos"
key = "STAND_IN_KEYS"

[install]
default = [[]]
"""


def namespaces_are_permitted() -> bool:
    tried = subprocess.run(["unshare", "--net", "--pid", "--fork", "true"], check=False, capture_output=True)
    return tried.returncode == 0


def test_each_gateway_is_a_provider_that_is_held_to_the_contract_of_another() -> None:
    names = sorted(path.stem for path in FOLDER.glob("*.toml"))
    assert names
    assert set(names) <= set(all_providers())
    for name in names:
        gateway, provider = read_gateway(f"{name}==1.2.3"), find_provider(name)
        assert provider.held_to is not None
        assert gateway.url == provider.base_url


def test_the_workflow_judges_each_gateway_that_is_recorded() -> None:
    workflow = (ROOT / ".github" / "workflows" / "gateways.yml").read_text("utf-8")
    (listed,) = re.findall(r"gateway: \[(.*)\]", workflow)
    recorded = {path.name.replace("@", "==") for path in (ROOT / "cassettes").glob("*@*")}
    assert set(listed.split(", ")) == recorded


def test_a_version_may_be_installed_in_steps_of_its_own() -> None:
    assert read_gateway("litellm==1.106.2").steps == [["litellm[proxy]==1.106.2", "prisma"]]
    assert ["--no-deps", "litellm==1.109.1"] in read_gateway("litellm==1.109.1").steps


@pytest.mark.parametrize("asked", ["litellm", "nobody==1.0", "litellm=="])
def test_a_gateway_that_is_none_is_refused_with_those_that_there_are(asked: str) -> None:
    with pytest.raises(BadOption, match="NAME==VERSION, NAME one of aimock, litellm"):
        read_gateway(asked)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "stand-in.toml").write_text(STAND_IN.replace("port = 4010", "port = 4010\nports = 3"), "utf-8")
    with pytest.raises(DataFileProblem, match="ports"):
        read_gateway("stand-in==1.0", tmp_path)


def test_braces_of_a_file_that_are_no_place_stay() -> None:
    gateway = read_gateway("litellm==1.0")
    config = gateway.filled(gateway.files["config.yaml"], Path("/e"), Path("/f"))
    assert 'api_base: "http://127.0.0.1:18901/v1"' in config
    assert "{num_retries: 0, telemetry: false}" in config


def installed(folder: Path, version: str) -> Gateway:
    manifest = folder / "node_modules" / "stand-in" / "package.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"version": version}), "utf-8")
    return Gateway("stand-in", "1.0", "stand-in", "npm", {"default": [[]]}, ["true"], 4010, "/", "KEYS")


def test_what_is_installed_is_taken_as_it_is(tmp_path: Path) -> None:
    gateway = installed(tmp_path, "1.0")
    assert installed_version(gateway, tmp_path) == "1.0"
    assert environment_of(gateway, tmp_path) == tmp_path


def test_another_version_than_the_one_asked_for_is_never_judged_under_its_name(tmp_path: Path) -> None:
    gateway = installed(tmp_path, "2.0")
    with pytest.raises(BadOption, match=r"stand-in 1\.0 there; it holds 2\.0"):
        environment_of(gateway, tmp_path)


def plan(tmp_path: Path, *pytest_options: str) -> str:
    """Write a stand-in, our own emulator, and return what is to run in the enclosure."""
    (tmp_path / "stand-in.toml").write_text(STAND_IN.format(python=sys.executable), "utf-8")
    (tmp_path / "work").mkdir()
    chosen = ["-p", "no:cacheprovider", "--provider=openai", "--live", "--fuzz=0", *pytest_options]
    told = {
        "gateway": "stand-in==1.0", "gateways": str(tmp_path), "folder": str(tmp_path / "work"),
        "environment": str(tmp_path), "variable": "OPENAI_API_KEY", "pytest": chosen,
    }  # fmt: skip
    return json.dumps(told)


def enclosed(told: str) -> subprocess.Popen[str]:
    script = (
        "import os, sys; from gateways.enclosure import enclosed; "
        "sys.exit(enclosed([sys.executable, '-m', 'gateways.inside', sys.argv[1]], os.environ))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, told], cwd=ROOT, env=environment(), text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def those_that_name(word: str) -> list[int]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if word in (process / "cmdline").read_text("utf-8", "replace"):
                found.append(int(process.name))
        except OSError:
            continue
    return [number for number in found if number != os.getpid()]


@pytest.mark.slow
@pytest.mark.skipif(not namespaces_are_permitted(), reason="no namespaces are permitted here")
def test_a_gateway_is_judged_where_no_name_is_known_and_taken_down(tmp_path: Path) -> None:
    process = enclosed(plan(tmp_path, "-k", "id-present"))
    out, _ = process.communicate(timeout=100)
    assert process.returncode == 0, out
    assert "evidence emulated" in out, out
    assert those_that_name(str(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.skipif(not namespaces_are_permitted(), reason="no namespaces are permitted here")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_run_that_is_killed(number: signal.Signals, tmp_path: Path) -> None:
    process = enclosed(plan(tmp_path, "--poll-interval=30"))
    log = tmp_path / "work" / "gateway.log"
    deadline = time.monotonic() + 60
    while not (log.is_file() and log.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert those_that_name(str(tmp_path)), "it was never started"
    process.send_signal(number)
    process.communicate(timeout=30)
    deadline = time.monotonic() + 20
    while those_that_name(str(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert those_that_name(str(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.skipif(not namespaces_are_permitted(), reason="no namespaces are permitted here")
def test_a_gateway_that_does_not_start_is_told_with_the_end_of_what_it_said(tmp_path: Path) -> None:
    told = plan(tmp_path)
    broken = (tmp_path / "stand-in.toml").read_text("utf-8").replace('"openai"', '"nobody"')
    (tmp_path / "stand-in.toml").write_text(broken, "utf-8")
    out, _ = (process := enclosed(told)).communicate(timeout=100)
    assert process.returncode == 1
    assert "nobody" in out
    assert "http://127.0.0.1:4010/v1/videos: nothing answers" in out
