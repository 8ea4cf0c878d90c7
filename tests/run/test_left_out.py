"""A live run of all providers leaves out those without a key and those that are gone, and says so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.small_provider import TASK, answers, operation, verdicts, write
from vidconform.contracts.loading import load_contracts
from vidconform.contracts.provider import Provider, find_provider, load_provider
from vidconform.errors.error_types import BadOption, DataFileProblem, MissingKey
from vidconform.run.left_out import providers_left_out
from vidconform.run.options import RunOptions

FOLDERS = Path(__file__).parents[1] / "providers"
OPENAI, STUDIO = find_provider("openai"), load_provider(FOLDERS / "studio")
BOTH_KEYS = {"OPENAI_API_KEY": "sk-of-something-else", "STUDIO_API_KEY": "st-a-key-of-a-test"}


def left_out(environ: dict[str, str], *providers: Provider, names: tuple[str, ...] = ("all",)) -> dict[str, str]:
    """Return who is left out of a live run of some providers."""
    contracts = {provider.name: load_contracts(provider) for provider in providers}
    return providers_left_out(providers, contracts, RunOptions(names, live=True), environ)


def test_a_service_that_is_gone_is_not_sent_a_key_that_is_set_for_something_else() -> None:
    assert left_out(BOTH_KEYS, OPENAI, STUDIO) == {
        "openai": "openai is not asked: 2026-09-24: OpenAI shut its Videos API down; "
        "--provider-url asks another service by its contract"
    }


def test_a_provider_without_a_key_is_left_out_with_one_sentence() -> None:
    environ = {**BOTH_KEYS, "OPENAI_BASE_URL": "http://127.0.0.1:9", "STUDIO_API_KEY": ""}
    assert left_out(environ, OPENAI, STUDIO) == {"studio": "studio is not asked: STUDIO_API_KEY is not set"}


def test_a_run_that_would_ask_nobody_says_which_key_is_missing() -> None:
    with pytest.raises(MissingKey, match="OPENAI_API_KEY"):
        left_out({}, OPENAI, STUDIO)


def test_a_gone_service_that_is_named_needs_another_address() -> None:
    with pytest.raises(BadOption, match="expected --provider-url with it, for 2026-09-24: OpenAI shut"):
        left_out(BOTH_KEYS, OPENAI, names=(OPENAI.argument,))


def test_what_runs_where_somebody_started_it_is_asked_where_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "provider.toml").write_text(
        'name = "gate"\ncontract = "openai/videos"\nbase_url = "http://127.0.0.1:9"\nkey = "GATE_API_KEY"\n', "utf-8"
    )
    gate, environ = load_provider(tmp_path), {**BOTH_KEYS, "GATE_API_KEY": "sk-of-a-gateway"}
    assert left_out(environ, STUDIO, gate) == {
        "gate": "gate is not asked: it runs where somebody started it; --provider-url with it, or GATE_BASE_URL, "
        "says where"
    }
    assert left_out({**environ, "GATE_BASE_URL": "http://127.0.0.1:8"}, STUDIO, gate) == {}
    assert left_out(environ, STUDIO, gate, names=(gate.argument, STUDIO.argument)) == {}


def test_a_provider_that_asks_for_no_credential_needs_no_key(tmp_path: Path) -> None:
    reads = operation("retrieve", answers(("200", "task.schema.json")), security=[])
    folder = write(tmp_path, {"/v1/videos/{id}": {"get": reads}}, {}, {"retrieve-route": "MUST"})
    path = folder / "provider.toml"
    path.write_text(path.read_text("utf-8").replace('key = "SMALL_API_KEY"\n', ""), "utf-8")
    found, asked = verdicts(folder, lambda asked: (200, TASK), keys={})
    assert {verdict.label for verdict in found.values()} == {"conforms"}
    assert all("authorization" not in one.headers for one in asked)


def test_a_provider_with_credentials_names_its_key(tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDERS / "studio", tmp_path / "studio")
    path = folder / "provider.toml"
    path.write_text(path.read_text("utf-8").replace('key = "STUDIO_API_KEY"\n', ""), "utf-8")
    with pytest.raises(DataFileProblem, match="key is missing, and POST /api/jobs asks for a credential"):
        load_contracts(load_provider(folder))
