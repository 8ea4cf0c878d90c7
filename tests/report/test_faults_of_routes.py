"""A fault of one route shows as that route's: in the verdict, its evidence, and what a release changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import KEYS, judge, live
from tests.support.rawserver import Asked
from tests.support.small_provider import KEY, TASK, a_body, answers, operation, service, write
from vidconform.cli import main
from vidconform.emulator.server import running
from vidconform.report.faults import faults

CREATE, READ = "POST /v1/videos", "GET /v1/videos/{id}"
ROW = "any-request-is-no-server-error"


Nights = dict[tuple[str, ...], Path]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Judge a service three times: it crashes on both routes, on the one and on the other."""
    folder = tmp_path_factory.mktemp("nights")
    schema = {"type": "object", "required": ["prompt"], "properties": {"prompt": {"type": "string"}}}
    body = a_body(example={"prompt": "a cat"}, schema={"$ref": "creation.schema.json"})
    post = operation("create", answers(("200", "task.schema.json")), requestBody=body)
    reads = answers(("200", "task.schema.json"))
    paths = {"/v1/videos": {"post": post}, "/v1/videos/{id}": {"get": operation("retrieve", reads)}}
    small = write(folder, paths, {"creation.schema.json": schema}, {ROW: "MUST"})
    crashes = ((CREATE, READ), (READ,), (CREATE,))
    return {routes: night(folder / str(number), small, *routes) for number, routes in enumerate(crashes)}


def night(folder: Path, small: Path, *crashes: str) -> Path:
    """Judge a service that crashes on some routes, and return the folder of its report."""

    def says(asked: Asked) -> tuple[int, Any]:
        if asked.method == "POST":
            return (500 if CREATE in crashes and asked.body == b'"x"' else 400), {}
        if asked.target == "/v1/videos/video_1":
            return 200, TASK
        return (500 if READ in crashes and "%27" in asked.target else 404), {}

    folder.mkdir()
    with service(says) as server:
        live = (f"--provider={small}", "--live", f"--provider-url={server.url}", "--fuzz=9", "--task-id=videos=video_1")
        run = judge(folder, *live, "--max-creations=1", "-k", ROW, **KEY)
    assert run.verdicts, run.ran()
    return run.report


def verdict_of(report: Path) -> dict[str, Any]:
    lines = map(json.loads, (report / "results.jsonl").read_text("utf-8").splitlines())
    return next(line for line in lines if line.get("requirement") == ROW)


@pytest.mark.slow
@pytest.mark.exhaustive
def test_a_verdict_names_each_route_that_crashes_and_shows_it(nights: Nights) -> None:
    both, one = verdict_of(nights[CREATE, READ]), verdict_of(nights[READ,])
    assert both["routes"] == [READ, CREATE]
    assert both["received"].endswith(f"; on {READ}, {CREATE}")
    assert {sight["probe"] for sight in both["evidence"]} == {"generated-create", "generated-retrieve"}
    assert one["routes"] == [READ]
    assert {sight["probe"] for sight in one["evidence"]} == {"generated-retrieve"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "kind", "told"),
    [
        ((CREATE, READ), (READ,), "changed", f"no longer seen on {CREATE}"),
        ((READ,), (CREATE, READ), "worse", f"new on {CREATE}"),
        ((READ,), (CREATE,), "worse", f"new on {CREATE}; no longer seen on {READ}"),
        ((READ,), (READ,), None, ""),
    ],
)
def test_what_a_release_mends_or_breaks_on_one_route_shows_in_the_diff(
    old: tuple[str, ...], new: tuple[str, ...], kind: str | None, told: str, nights: Nights,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    main(["diff", str(nights[old]), str(nights[new]), "--json"])
    found = json.loads(capsys.readouterr().out)
    rows = [row for row in (found["differences"] if isinstance(found, dict) else found) if row["requirement"] == ROW]
    assert [row["kind"] for row in rows] == ([kind] if kind else [])
    assert all(told in row["received"] for row in rows)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("vice", ["content-as-json", "content-as-json-named-video", "content-as-picture"])
def test_a_content_that_is_no_video_is_one_fault_of_all_that_it_breaks(vice: str, tmp_path: Path) -> None:
    with running("octopusx", vice=vice) as emulator:
        run = judge(tmp_path, *live(emulator), "-k", "octopusx/videos and (content or result)", **KEYS)
    broken = [verdict for verdict in run.verdicts.values() if verdict["reading"] == "fails"]
    assert len(broken) > 1, run.ran()
    assert len(faults(broken)) == 1
