"""Ids and keys that come near the right ones, over HTTP: a lookup by their beginning or without their case is found."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.laws.test_keys_over_http import judged, word
from tests.support.keyed_vendor import KeyedVendor, Said, VendorCall, refusal, vendor
from tests.support.processes import KEYS
from vidconform.contracts.loading import load_contract
from vidconform.contracts.provider import find_provider
from vidconform.locations import data_folder
from vidconform.probes.credentials import near_keys
from vidconform.probes.generated.unknown_ids import near_ids
from vidconform.redaction import Guard

OPEAI = load_contract(find_provider("opeai"), "videos")
LONG = "sk-" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9" + "0cC2eE4gG6iI8kK0mM2o"
OWN = {**KEYS, "OPEAI_API_KEY": LONG, "OPEAI_TOKEN": LONG[::-1]}
KNOWN = "video_1a2b3c4d5e"

Finds = Callable[[str], str]
LEDGERS = sorted(data_folder("specs").glob("*/*/requirements.toml"))
LENIENT: dict[str, Finds] = {
    "a known id and a character": lambda id: KNOWN if id.startswith(KNOWN) else id,
    "a known id in capitals": str.lower,
    "a known id and a space": lambda id: id.rstrip(" "),
    "a known id and a slash": lambda id: id.rstrip("/"),
    "a known id and a NUL": lambda id: id.partition("\x00")[0],
    "a character and a known id": lambda id: KNOWN if id.endswith(KNOWN) else id,
    "a known id without its end": lambda id: KNOWN if KNOWN.startswith(id) and len(id) > 10 else id,
}


def looking_up(find: Finds, role: str = "retrieve") -> Callable[[VendorCall], Said | None]:
    """Return what looks a task up in a lenient way for the right key, on one route."""
    made: list[KeyedVendor] = []

    def bend(asked: VendorCall) -> Said | None:
        wanted = asked.role == role and asked.key in (OWN["OPEAI_API_KEY"], OWN["OPEAI_TOKEN"])
        return made[0].serve(asked, find(asked.id)) if wanted else None

    bend.made = made  # type: ignore[attr-defined]
    return bend


def asked_of(
    find: Finds, role: str = "retrieve", keys: Mapping[str, str] = OWN, most: int = 6
) -> tuple[KeyedVendor, str]:
    """Return a vendor after a run with generated requests, and how `any-bad-request-is-refused` reads."""
    bend = looking_up(find, role)
    with vendor(bend, "OPEAI_API_KEY") as made:
        made.own_key, made.token = keys["OPEAI_API_KEY"], keys["OPEAI_TOKEN"]
        bend.made.append(made)  # type: ignore[attr-defined]
        found, _ = judged(made, "opeai", dict(keys), fuzz=most)
    return made, word(found, "any-bad-request-is-refused")


@pytest.mark.sampled(8)
@pytest.mark.parametrize("role", ["retrieve", "second-retrieve"])
@pytest.mark.parametrize("find", LENIENT.values(), ids=LENIENT)
def test_an_id_near_a_known_one_is_no_task_s(find: Finds, role: str) -> None:
    assert asked_of(find, role, most=9)[1] == "fails"


def test_an_exact_lookup_raises_no_alarm() -> None:
    made, end = asked_of(lambda id: id, most=25)
    assert end == "conforms"
    assert {f"{KNOWN}0", KNOWN.upper(), f"{KNOWN} ", f"{KNOWN}/", f"{KNOWN}\x00"} <= {asked.id for asked in made.asked}


def test_an_id_near_a_known_one_may_be_another_task_s() -> None:
    with vendor(key="OPEAI_API_KEY") as made:
        made.own_key, made.token = OWN["OPEAI_API_KEY"], OWN["OPEAI_TOKEN"]
        made.tasks += [f"{KNOWN}0", KNOWN[:-1]]
        found, _ = judged(made, "opeai", dict(OWN), fuzz=25)
    assert word(found, "any-bad-request-is-refused") == "conforms"


def test_a_uuid_has_no_case_and_is_not_asked_for_in_capitals() -> None:
    near = near_ids(OPEAI, ["5c6a605a-30c0-4a6a-9dbd-d1d6cfdd9980"])
    assert not [id for id in near if id.isupper()]
    assert near_ids(OPEAI, []) == []
    assert "video_abc" in near_ids(OPEAI, ["VIDEO_ABC"])


# --- keys

COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "the first twenty characters": lambda sent, own: sent[:20] == own[:20],
    "the last twenty characters": lambda sent, own: sent[-20:] == own[-20:],
    "a key that begins with it": lambda sent, own: sent.startswith(own) and sent != own,
    "all but the case": lambda sent, own: sent.lower() == own.lower(),
}


@pytest.mark.parametrize("same", COMPARISONS.values(), ids=COMPARISONS)
@pytest.mark.parametrize(
    ("role", "variable", "row"),
    [("retrieve", "OPEAI_API_KEY", "retrieve-with-wrong-key-is-refused"),
     ("second-retrieve", "OPEAI_TOKEN", "second-route-with-wrong-token-is-refused")],
)  # fmt: skip
def test_a_key_near_the_right_one_is_let_in_by_nobody(
    same: Callable[[str, str], bool], role: str, variable: str, row: str
) -> None:
    def bend(asked: VendorCall) -> Said | None:
        return made.serve(asked) if asked.role == role and same(asked.key, OWN[variable]) else None

    with vendor(bend, "OPEAI_API_KEY") as made:
        made.own_key, made.token = OWN["OPEAI_API_KEY"], OWN["OPEAI_TOKEN"]
        found, _ = judged(made, "opeai", dict(OWN))
    assert word(found, row) == "fails"
    others = {name: word(found, name) for name in found if "with-wrong" in name and name != row}
    assert set(others.values()) == {"conforms"}


def test_a_key_near_the_right_one_is_never_the_right_one_and_keeps_its_form() -> None:
    made = near_keys(LONG)
    assert set(made) == {"near-head", "near-tail", "near-case", "near-whole"}
    assert LONG not in made.values()
    assert {len(key) for name, key in made.items() if name != "near-whole"} == {len(LONG)}
    assert made["near-whole"].startswith(LONG)
    assert made["near-head"][:20] == LONG[:20]
    assert made["near-tail"][-20:] == LONG[-20:]
    assert near_keys("emulator") == {}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("end", ["NnS_", "ions", "mat", "kind", "run"])
@pytest.mark.parametrize("format_name", ["creations@2", "results@1", "cassette@2"])
def test_no_key_near_any_other_takes_the_first_line_of_a_file_with_it(end: str, format_name: str) -> None:
    key = f"sk-octopusx-dXQAG6qRG4gn9Xa_I0l8aQAkvrbU{end}"
    line = json.dumps({"kind": format_name.partition("@")[0], "format": f"vidconform/{format_name}"})
    assert Guard({"KEY": key, **near_keys(key)}).variable_in(line.encode()) is None


@pytest.mark.parametrize("ledger", LEDGERS, ids=lambda path: "/".join(path.parts[-3:-1]))
def test_no_sentence_of_a_ledger_is_taken_for_a_key_near_the_right_one(ledger: Path) -> None:
    rows = tomllib.loads(ledger.read_text("utf-8"))["requirement"]
    # As a report has them: the sentence, and behind it the same with its place in the document.
    told = [[row["statement"], f"{row['statement']} ({row['source']})"] for row in rows]
    assert Guard(near_keys(LONG)).variable_in(json.dumps(told).encode()) is None


def test_a_key_near_the_right_one_is_as_secret_as_that_one(tmp_path: Path) -> None:
    def bend(asked: VendorCall) -> Said | None:
        return refusal(401, f"Incorrect API key provided: {asked.key}") if asked.key != OWN["OPEAI_API_KEY"] else None

    with vendor(bend, "OPEAI_API_KEY") as made:
        made.own_key = OWN["OPEAI_API_KEY"]
        judged(made, "opeai", dict(OWN), report=tmp_path)
        sent = {asked.key for asked in made.asked}
    near = near_keys(OWN["OPEAI_API_KEY"]).values()
    assert set(near) < sent
    written = "".join(file.read_text("utf-8") for file in tmp_path.rglob("*") if file.is_file())
    assert "Incorrect API key provided: REDACTED" in written
    assert not [key for key in (*near, *OWN.values()) if key in written or json.dumps(key)[1:-1] in written]
