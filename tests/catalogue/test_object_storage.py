"""Bundles and results in an object store: what one machine finds, nothing judged twice, each refusal one sentence."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.dask_processes import until
from tests.support.held_file import HeldFile
from tests.support.object_store import BUCKET, CREDENTIALS, ObjectStore, object_store
from tests.support.rejudging import again, begin, written
from vidconform.cli import main
from vidconform.redaction import Guard

pytest.importorskip("moto", reason="the extra test-s3 is not installed")
pytest.importorskip("s3fs", reason="the extra s3 is not installed")

HELD = "05/01/report/results.jsonl"
SECRETS = {name: CREDENTIALS[name] for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}


@pytest.fixture(scope="module")
def served() -> Iterator[ObjectStore]:
    with object_store() as store:
        yield store


@pytest.fixture
def store(served: ObjectStore) -> Iterator[ObjectStore]:
    """Return a store with an empty bucket."""
    yield served
    if left := served.files.find(BUCKET):
        served.files.rm(left)


@pytest.fixture
def here(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have this process reach the store as a user's does."""
    from s3fs import S3FileSystem

    for name, value in store.environ.items():
        monkeypatch.setenv(name, value)
    S3FileSystem.clear_instance_cache()
    yield
    S3FileSystem.clear_instance_cache()


@pytest.fixture(scope="module")
def right(many_nights: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what one machine writes of all runs as they lie on its disk."""
    out = tmp_path_factory.mktemp("right")
    assert again(many_nights, "-o", out, "--jobs=1").returncode == 0
    return written(out)


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("how", ["--jobs=2", "--on=dask"])
def test_bundles_of_a_bucket_come_to_what_runs_on_a_disk_do_byte_for_byte_and_are_judged_once(
    bundles: Path, store: ObjectStore, right: dict[str, bytes], how: str
) -> None:
    nights, out = store.put(bundles, "nights"), f"{store.url}/out"
    found = again(nights, "-o", out, how, **store.environ)
    assert (found.returncode, found.stderr) == (0, "")
    assert f"{out}: 20 runs, 380 exchanges; 20 judged again, 0 as before" in found.stdout
    assert store.written("out") == right
    second = again(nights, "-o", out, how, **store.environ)
    assert "; 0 judged again, 20 as before" in second.stdout
    assert store.written("out") == right


@pytest.mark.slow
@pytest.mark.exhaustive
def test_two_calls_of_one_out_never_mix_and_after_a_kill_only_the_rest_is_judged(
    many_nights: Path, store: ObjectStore, right: dict[str, bytes]
) -> None:
    out, lock = f"{store.url}/out", f"{BUCKET}/out/.lock"
    with HeldFile(many_nights / HELD) as held:
        call = begin(many_nights, "-o", out, "--jobs=1", **store.environ)
        until(lambda: held.wanted)
        second = again(many_nights, "-o", out, "--jobs=1", **store.environ)
        call.kill()
        call.communicate()
    third = again(many_nights, "-o", out, "--jobs=1", **store.environ)
    for refused in (second, third):
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (4, "", 1)
        assert f"-o={out}: expected a folder that no other call is writing to (" in refused.stderr
        assert f"process {call.pid}, since 20" in refused.stderr
        assert f"if that call was killed, remove s3://{lock}" in refused.stderr
    store.files.rm_file(lock)
    done = len([name for name in store.written("out") if name.endswith("rejudged.json")])
    assert 0 < done < 20
    found = again(many_nights, "-o", out, "--jobs=1", **store.environ)
    assert f"{20 - done} judged again, {done} as before" in found.stdout
    assert store.written("out") == right


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """Return the exit code of a command, and what it says; of one that is refused, its one sentence."""
    capsys.readouterr()
    code = main(list(map(str, arguments)))
    said = capsys.readouterr()
    assert said.err.count("\n") == (code == 4)
    return code, said.err if code == 4 else said.out


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_results_are_whole_only_with_what_is_written_last(
    nights: Path, store: ObjectStore, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["rejudge", nights, "-o", f"{store.url}/out", "--jobs=1"]
    assert "2 judged again" in told(capsys, *call)[1]
    right = store.written("out")
    results, mark = (f"{BUCKET}/out/01/report/{name}" for name in ("results.jsonl", "rejudged.json"))
    content = store.files.cat_file(results)
    damages: list[Callable[[], object]] = [
        lambda: store.files.rm_file(mark),
        lambda: store.files.pipe_file(mark, b"{"),
        lambda: store.files.rm_file(results),
        lambda: store.files.pipe_file(results, content.replace(b"conforms", b"deviates", 1)),
    ]
    for damage in damages:
        damage()
        assert store.written("out") != right
        assert "1 judged again, 1 as before" in told(capsys, *call)[1]
        assert store.written("out") == right


@pytest.mark.usefixtures("here")
def test_a_bundle_with_a_changed_byte_is_told_once_and_the_others_are_judged(
    bundles: Path, store: ObjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nights = store.put(bundles / "00", "nights")
    content = bytearray((bundles / "00/01/report.vidconform").read_bytes())
    content[len(content) // 2] ^= 1
    store.files.pipe_file(f"{BUCKET}/nights/01/report.vidconform", bytes(content))
    code, said = told(capsys, "rejudge", nights, "-o", tmp_path / "out", "--jobs=1", "--json")
    (problem,) = json.loads(said)["problems"]
    assert (code, json.loads(said)["judged"], [*written(tmp_path / "out")][:1]) == (6, 1, ["02/report/rejudged.json"])
    assert problem.startswith(f"{nights}/01/report.vidconform: ")
    assert "[VC-303]" in problem
    assert told(capsys, "verify", f"{nights}/01/report.vidconform")[0] == 4
    code, said = told(capsys, "verify", f"{nights}/02/report.vidconform")
    assert (code, said.splitlines()[-1]) == (0, "what it claims is what it comes to here")


@pytest.mark.usefixtures("here")
def test_runs_of_a_bucket_are_judged_as_runs_and_never_written_over(
    nights: Path, store: ObjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = store.put(nights, "nights")
    before = store.written("nights")
    assert "2 judged again" in told(capsys, "rejudge", url, "-o", tmp_path / "there", "--jobs=1")[1]
    assert "2 judged again" in told(capsys, "rejudge", nights, "-o", tmp_path / "here", "--jobs=1")[1]
    assert written(tmp_path / "there") == written(tmp_path / "here")
    code, said = told(capsys, "rejudge", url, "-o", url, "--jobs=1")
    assert (code, "expected a folder that keeps no evidence" in said) == (4, True)
    assert store.written("nights") == before


@pytest.mark.usefixtures("here")
def test_an_object_whose_name_leads_out_of_a_folder_is_refused_and_nothing_is_written(
    bundles: Path, store: ObjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (bundles / "00/01/report.vidconform").read_bytes()
    store.files.pipe_file(f"{BUCKET}/nights/../../outside.vidconform", content)
    code, said = told(capsys, "rejudge", f"{store.url}/nights", "-o", tmp_path / "a/b", "--jobs=1")
    assert (code, "expected names without .." in said) == (4, True)
    assert [*tmp_path.iterdir()] == []


NOWHERE = "s3://no-such-bucket/nights"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (NOWHERE, f"{NOWHERE}: is not there (The specified bucket does not exist) [VC-304]"),
        ("foo://bucket/nights", "=foo://bucket/nights: expected an address that fsspec knows, such as s3://"),
        ("gs://bucket/nights", "=gs://bucket/nights: expected an address whose package is installed ("),
        ("s3://a:secret@bucket/nights", ": expected a URL without a password; credentials are taken from the envi"),
        ("s3://a:secret/1@bucket/nights", ": expected a URL without a password; credentials are taken from the envi"),
        ("s3://a:12secret%40bucket/nights", ": expected a URL without a password; credentials are taken from the e"),
    ],
    ids=["bucket", "protocol", "package", "password", "slash in it", "escaped"],
)
def test_a_place_that_is_none_is_one_sentence(
    place: str, expected: str, nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["rejudge", place, "-o", tmp_path / "out"], ["rejudge", nights, "-o", place]):
        code, said = told(capsys, *command)
        assert (code, expected in said, "secret" in said) == (4, True, False), said


@pytest.mark.usefixtures("here")
def test_a_store_that_refuses_is_one_sentence(
    nights: Path, store: ObjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = store.put(nights, "nights")
    with store.refusing():
        for command in (["rejudge", url, "-o", tmp_path], ["rejudge", nights, "-o", url], ["verify", f"{url}/x"]):
            code, said = told(capsys, *command)
            assert (code, "access is refused (" in said, "[VC-304]" in said) == (4, True, True), said
    assert told(capsys, "rejudge", url, "-o", tmp_path, "--jobs=1")[0] == 0


@pytest.mark.usefixtures("here")
def test_a_store_that_does_not_answer_is_one_sentence_without_a_credential_in_its_address(
    nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = CREDENTIALS["AWS_SESSION_TOKEN"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:9/{token}")
    for command in (["rejudge", f"s3://{BUCKET}/nights", "-o", tmp_path], ["rejudge", nights, "-o", f"s3://{BUCKET}"]):
        code, said = told(capsys, *command)
        assert (code, 'connect to the endpoint URL: "http://127.0.0.1:9/REDACTED/' in said) == (4, True), said


@pytest.mark.usefixtures("here")
def test_credentials_of_the_store_leave_through_nothing(
    bundles: Path, store: ObjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nights = store.put(bundles / "00", "nights")
    _, said = told(capsys, "rejudge", nights, "-o", f"{store.url}/out", "--jobs=1", "--json")
    with store.refusing():
        said += told(capsys, "rejudge", nights, "-o", f"{store.url}/out")[1]
    guard = Guard(SECRETS)
    assert not guard.variable_in(said.encode())
    assert not [name for name, content in store.written("out").items() if guard.variable_in(content)]
    assert guard.variable_in(f"x{SECRETS['AWS_SESSION_TOKEN']}x".encode())


@pytest.mark.usefixtures("here")
def test_a_run_in_which_a_credential_of_the_store_stands_is_not_packed(
    nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    secret = SECRETS["AWS_SECRET_ACCESS_KEY"]
    for name in ("evidence.jsonl", "results.jsonl"):
        text = (nights / "01/report" / name).read_text("utf-8")
        text = text.replace('\\"model\\": ', f'\\"was\\": \\"{secret}\\", \\"model\\": ', 1)
        (tmp_path / "run" / name).write_text(text, "utf-8")
    code, said = told(capsys, "bundle", tmp_path / "run", "-o", tmp_path / "x.vidconform")
    assert (code, "it would hold the value of AWS_SECRET_ACCESS_KEY" in said) == (4, True), said


@pytest.mark.parametrize(("package", "out"), [("s3fs", "s3://bucket/out"), ("fsspec", "gs://bucket/out")])
def test_without_the_extra_a_sentence_says_what_to_install(
    package: str,
    out: str,
    nights: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    code, said = told(capsys, "rejudge", nights, "-o", out)
    assert (code, f"-o: needs the package {package}, which is not installed" in said) == (4, True), said
    assert "pip install 'vidconform[s3]'" in said
    assert told(capsys, "rejudge", nights, "-o", tmp_path / "out", "--jobs=1")[0] == 0
    code, said = told(capsys, "rejudge", f"file://{nights}", "-o", f"file://{tmp_path}/out", "--jobs=1")
    assert (code, "0 judged again, 2 as before" in said) == (0, True)
