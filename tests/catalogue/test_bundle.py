"""A bundle is checked and judged, never believed: each way to forge one is refused or told in one sentence."""

from __future__ import annotations

import json
import shutil
import warnings
import zipfile
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from vidconform.cli import main

Contents = dict[str, bytes]
MANIFEST, EVIDENCE, RESULTS = "manifest.json", "evidence.jsonl", "results.jsonl"


@pytest.fixture(scope="module")
def bundle(nights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "gptge.vidconform"
    assert main(["bundle", str(nights / "02/report"), "-o", str(path)]) == 0
    return path


def contents_of(path: Path) -> Contents:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def packed(path: Path, contents: Mapping[str, bytes], *more: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name, content in (*contents.items(), *more):
            file.writestr(name, content)
    return path


def signed(contents: Contents, **changes: Any) -> Contents:
    """Return the contents with a manifest that tells their hashes, as a forger would, and some other claims."""
    manifest = {**json.loads(contents[MANIFEST]), **changes}
    for name in (EVIDENCE, RESULTS):
        manifest["files"][name] = {"sha256": sha256(contents[name]).hexdigest(), "size": len(contents[name])}
    return {**contents, MANIFEST: json.dumps(manifest).encode()}


@pytest.fixture
def verify(capsys: pytest.CaptureFixture[str]) -> Callable[[Path], tuple[int, str]]:
    def told(path: Path) -> tuple[int, str]:
        code = main(["verify", str(path)])
        said = capsys.readouterr()
        return code, said.err if code == 4 else said.out

    return told


Verify = Callable[[Path], tuple[int, str]]


@pytest.mark.slow
def test_a_bundle_says_whose_evidence_it_is_and_is_judged_as_it_claims(bundle: Path, verify: Verify) -> None:
    code, said = verify(bundle)
    assert code == 0, said
    assert "gptge at http://127.0.0.1:" in said
    claims, judged = (next(line for line in said.splitlines() if word in line) for word in ("  claims ", "  judged "))
    assert claims.removeprefix("  claims ") == judged.removeprefix("  judged ")
    assert "1 deviates" in judged


def test_the_same_run_makes_the_same_bytes(bundle: Path, nights: Path, tmp_path: Path) -> None:
    assert main(["bundle", str(nights / "02/report"), "-o", str(tmp_path / "again.vidconform")]) == 0
    assert (tmp_path / "again.vidconform").read_bytes() == bundle.read_bytes()


def test_claims_that_the_evidence_does_not_bear_out_are_told_beside_what_it_comes_to(
    bundle: Path, verify: Verify, tmp_path: Path
) -> None:
    contents = contents_of(bundle)
    flattered = contents[RESULTS].replace(b'"unmet", "reading": "deviates"', b'"met", "reading": "conforms"')
    assert flattered != contents[RESULTS]
    code, said = verify(packed(tmp_path / "b.vidconform", signed({**contents, RESULTS: flattered})))
    assert code == 1
    assert "object-is-video (service): claims conforms, judged deviates; evidence" in said


def test_a_fault_that_the_claims_leave_out_is_told(bundle: Path, verify: Verify, tmp_path: Path) -> None:
    contents = contents_of(bundle)
    lines = [json.loads(line) for line in contents[RESULTS].splitlines()]
    kept = [line for line in lines if line.get("reading") != "deviates"]
    assert len(kept) < len(lines)
    kept[-1]["verdicts"] -= len(lines) - len(kept)
    shortened = b"".join(json.dumps(line).encode() + b"\n" for line in kept)
    code, said = verify(packed(tmp_path / "b.vidconform", signed({**contents, RESULTS: shortened})))
    assert code == 1
    assert "object-is-video (service): claims nothing, judged deviates" in said


def test_a_run_that_was_cut_off_is_not_packed(nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    shutil.copytree(nights / "02/report", run)
    results = run / RESULTS
    results.write_bytes(b"".join(results.read_bytes().splitlines(True)[:-1]))
    assert main(["bundle", str(run), "-o", str(tmp_path / "cut.vidconform")]) == 4
    assert "its results.jsonl has no end: it was cut off" in capsys.readouterr().err
    assert not (tmp_path / "cut.vidconform").exists()


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (["bundle", "RUN", "-o", "file/x.vidconform"], "-o=file/x.vidconform"),
        (["rejudge", "RUN", "-o", "file/x"], "-o=file/x"),
        (["report", "RUN", "-o", "file/x"], "--output=file/x"),
        (["new", "acme", "-o", "file/x"], "--output=file/x"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_cannot_be_written_is_told_with_the_option_that_named_it(
    command: list[str],
    option: str,
    nights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    assert main([str(nights / "02/report") if word == "RUN" else word for word in command]) == 4
    said = "".join(capsys.readouterr())
    assert option in said, said
    assert "(Not a directory)" in said
    assert "Errno" not in said
    assert "VC-101" in said


def test_an_exchange_that_is_missing_is_told_though_every_hash_was_made_anew(
    bundle: Path, verify: Verify, tmp_path: Path
) -> None:
    contents = contents_of(bundle)
    lines = [line for line in contents[EVIDENCE].splitlines(True) if json.loads(line).get("index") != 2]
    without = {**contents, EVIDENCE: b"".join(lines)}
    code, said = verify(packed(tmp_path / "b.vidconform", signed(without)))
    assert code == 4
    assert "its manifest says exchanges" in said
    counted = len([line for line in lines if b'"kind": "exchange"' in line and b'"probe": "document"' not in line])
    code, said = verify(packed(tmp_path / "c.vidconform", signed(without, exchanges=counted)))
    assert code == 1
    assert "are missing that were there when it was gathered" in said


def changed_byte(contents: Contents) -> tuple[Contents, str]:
    return {**contents, EVIDENCE: contents[EVIDENCE].replace(b'"completed', b'"completef', 1)}, "was changed"


def wrong_spec(contents: Contents) -> tuple[Contents, str]:
    return signed(contents, contracts={"gptge/videos": "0" * 64}), "its manifest says contracts"


def unknown_key(contents: Contents) -> tuple[Contents, str]:
    return signed(contents, verdict="conforms"), "unknown key 'verdict'; the valid keys are"


def credential(contents: Contents) -> tuple[Contents, str]:
    shown = contents[EVIDENCE].replace(b"Bearer REDACTED", b"Bearer sk-live-of-somebody", 1)
    assert shown != contents[EVIDENCE]
    return signed({**contents, EVIDENCE: shown}), "a credential of the probe"


def bomb(contents: Contents) -> tuple[Contents, str]:
    return {**contents, RESULTS: b"0" * (33 << 20)}, "at most 32 MiB are unpacked"


def lacking(contents: Contents) -> tuple[Contents, str]:
    return {name: content for name, content in contents.items() if name != RESULTS}, "lacks results.jsonl"


def no_results(contents: Contents) -> tuple[Contents, str]:
    return signed({**contents, RESULTS: b"{}\n"}), "its results.jsonl line 1 is not vidconform/results@1"


def no_end(contents: Contents) -> tuple[Contents, str]:
    lines = contents[RESULTS].splitlines(True)
    return signed({**contents, RESULTS: b"".join(lines[:-1])}), "its results.jsonl has no end"


FORGERIES = (no_results, no_end, changed_byte, wrong_spec, unknown_key, credential, bomb, lacking)


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forged_bundle_is_refused_with_one_sentence(
    forge: Callable[[Contents], tuple[Contents, str]], bundle: Path, verify: Verify, tmp_path: Path
) -> None:
    contents, expected = forge(contents_of(bundle))
    code, said = verify(packed(tmp_path / "forged.vidconform", contents))
    assert code == 4
    assert expected in said
    assert len(said.splitlines()) == 1


STRANGERS = {
    "path traversal": (("../../outside", b"x"), "a bundle holds manifest.json"),
    "absolute path": (("/tmp/outside", b"x"), "a bundle holds manifest.json"),
    "folder": (("evidence.jsonl/", b""), "a bundle holds manifest.json"),
    "duplicate": ((EVIDENCE, b"{}"), "holds a member twice"),
}


@pytest.mark.parametrize(("member", "expected"), STRANGERS.values(), ids=STRANGERS)
def test_a_member_too_many_is_refused_and_nothing_is_written(
    member: tuple[str, bytes], expected: str, bundle: Path, verify: Verify, tmp_path: Path
) -> None:
    code, said = verify(packed(tmp_path / "b.vidconform", contents_of(bundle), member))
    assert code == 4
    assert expected in said
    assert [one.name for one in tmp_path.iterdir()] == ["b.vidconform"]


def test_a_member_that_says_less_than_it_holds_is_refused(bundle: Path, verify: Verify, tmp_path: Path) -> None:
    path = packed(tmp_path / "b.vidconform", {**contents_of(bundle), RESULTS: b"0" * 100_000})
    size = (100_000).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (10).to_bytes(4, "little")))
    code, said = verify(path)
    assert code == 4
    assert "VC-303" in said


def test_no_zip_and_a_cut_one_are_refused(bundle: Path, verify: Verify, tmp_path: Path) -> None:
    path = tmp_path / "b.vidconform"
    for content in (b"", b"no zip at all", bundle.read_bytes()[:-30], bundle.read_bytes()[:2000]):
        path.write_bytes(content)
        assert verify(path)[0] == 4
    assert verify(tmp_path / "none.vidconform")[0] == 4
    assert verify(tmp_path)[0] == 4


def test_a_bundle_is_named_as_one(nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bundle", str(nights / "01/report"), "-o", str(tmp_path / "b.zip")]) == 4
    assert ".vidconform" in capsys.readouterr().err


def test_a_key_of_the_environment_is_neither_packed_nor_accepted(
    nights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, path = Path(shutil.copytree(nights / "01/report", tmp_path / "run")), tmp_path / "b.vidconform"
    evidence = run / EVIDENCE
    evidence.write_text(
        evidence.read_text("utf-8").replace('\\"model\\": ', '\\"was\\": \\"sk-made-up-1234\\", \\"model\\": ')
    )
    assert main(["bundle", str(run), "-o", str(path)]) == 0
    monkeypatch.setenv("GPTGE_API_KEY", "sk-made-up-1234")
    capsys.readouterr()
    assert main(["verify", str(path)]) == 4
    assert main(["bundle", str(run), "-o", str(tmp_path / "c.vidconform")]) == 4
    verified, packed_again = capsys.readouterr().err.splitlines()
    assert "b.vidconform: holds the value of GPTGE_API_KEY; change that key" in verified
    assert "c.vidconform: not written: it would hold the value of GPTGE_API_KEY" in packed_again
    assert not (tmp_path / "c.vidconform").exists()


def test_a_run_that_lost_a_part_is_not_packed(nights: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Path(shutil.copytree(nights / "01/report", tmp_path / "run"))
    lines = (run / EVIDENCE).read_text("utf-8").splitlines(True)
    (run / EVIDENCE).write_text("".join(line for line in lines if json.loads(line).get("index") != 1))
    assert main(["bundle", str(run), "-o", str(tmp_path / "b.vidconform")]) == 4
    assert "a run with all of its evidence" in capsys.readouterr().err


def test_a_catalogue_shows_what_judging_a_bundle_comes_to(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contents = contents_of(bundle)
    flattered = contents[RESULTS].replace(b'"unmet", "reading": "deviates"', b'"met", "reading": "conforms"')
    path = packed(tmp_path / "b.vidconform", signed({**contents, RESULTS: flattered}))
    assert main(["report", str(path), "-o", str(tmp_path / "site")]) == 0
    assert "1 claim not as judged here" in capsys.readouterr().out
    assert any("video.task" in page.read_text("utf-8") for page in (tmp_path / "site").rglob("*.html"))
