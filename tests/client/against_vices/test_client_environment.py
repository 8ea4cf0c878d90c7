"""A client is told where the emulator is, and nothing of the real providers."""

from __future__ import annotations

import pytest

from tests.support.processes import KEYS
from vidconform.client.against_vices.client_environment import KEY, filled, templates, without_secrets
from vidconform.emulator import running
from vidconform.errors import BadOption

VARIABLES = ("OCTOPUSX_API_KEY",)


def test_keys_and_addresses_of_providers_are_removed_under_any_name() -> None:
    environ = {
        **KEYS, "OCTOPUSX_OTHER_API_KEY": "another-key-1", "OPENAI_BASE_URL": "https://api.example/v1",
        "HOME": "/home/me",
        "MY_COPY": KEYS["GPTGE_API_KEY"], "HTTPS_PROXY": "http://me:hunter22@proxy.example",
    }  # fmt: skip
    kept = without_secrets(environ, "octopusx", VARIABLES)
    assert kept == {"HOME": "/home/me", "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}


def test_a_client_is_told_address_key_and_a_task_that_is_finished_in_the_end() -> None:
    chosen = templates(
        "octopusx", VARIABLES, ["MY_URL={url}/v1", "OCTOPUSX_BASE_URL=x", "T={task:videos}", 'J={"a": 1}']
    )
    with running("octopusx", environ={}) as emulator:
        assert filled(chosen, emulator) == {
            "OCTOPUSX_BASE_URL": "x", "OCTOPUSX_API_KEY": KEY, "MY_URL": f"{emulator.url}/v1", "T": "video_abc123",
            "VIDCONFORM_TASK_ID": "sora-2:task_01k9008rhbefnt3rb1g9szxdwr", "J": '{"a": 1}',
        }  # fmt: skip


def test_a_place_that_nobody_knows_is_refused_with_those_that_are() -> None:
    with running("gptge", environ={}) as emulator, pytest.raises(BadOption) as refused:
        filled({"A": "{adress}"}, emulator)
    expected = "--env={adress}: expected one of {url}, {key}, {task}, {task:videos} [VC-101]"
    assert str(refused.value) == expected
