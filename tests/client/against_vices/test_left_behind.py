"""What two runs of a client leave is compared by content, and what varies by itself is left out and named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vidconform.client.against_vices.left_behind import parts_of, steady

URL = "http://127.0.0.1:43211"


def left(folder: Path, out: bytes = b"", **files: bytes) -> dict[str, bytes]:
    work = folder / "work"
    work.mkdir(exist_ok=True)
    (folder / "out").write_bytes(out)
    for name, content in files.items():
        (work / name).write_bytes(content)
    return parts_of(folder / "out", work, URL)


def test_the_address_of_the_emulator_and_the_folder_are_made_alike(tmp_path: Path) -> None:
    said = f"{URL}/files/a.mp4 redirect=127.0.0.1%3A43211 {tmp_path}/work/a.mp4".encode()
    assert left(tmp_path, said, log=said) == {
        "stdout": b"http://emulator/files/a.mp4 redirect=emulator folder/a.mp4",
        "file log": b"http://emulator/files/a.mp4 redirect=emulator folder/a.mp4",
    }


def test_files_below_folders_count_and_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "deep" / "er").mkdir(parents=True)
    (work / "deep" / "er" / "video.mp4").write_bytes(b"\0")
    os.mkfifo(work / "pipe")
    (work / "endless").symlink_to("/dev/zero")
    assert left(tmp_path) == {
        "stdout": b"", "file deep/er/video.mp4": b"\0", "file pipe": b"no regular file", "file endless": b"/dev/zero",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("received", "said"),
    [
        ({"stdout": b"a\nb\n", "file v": b"x"}, []),
        ({"stdout": b"a\nc\n", "file v": b"x"}, ["stdout line 2: 'c' instead of 'b'"]),
        ({"stdout": b"a\n", "file v": b"x"}, ["stdout: 1 lines instead of 2"]),
        ({"stdout": b"a\nb\n"}, ["file v: not written"]),
        ({"stdout": b"a\nb\n", "file v": b""}, ["file v: 0 lines instead of 1"]),
        ({"stdout": b"a\nb\n", "file v": b"x", "file w": b""}, ["file w: written as well, nothing"]),
    ],
)
def test_each_difference_is_said_with_its_place(received: dict[str, bytes], said: list[str]) -> None:
    expected = {"stdout": b"a\nb\n", "file v": b"x"}
    assert steady(expected, expected).differences(received) == said


def test_lines_that_vary_by_themselves_are_left_out_and_named() -> None:
    found = steady({"stdout": b"took 0.31 s\nsaved\n"}, {"stdout": b"took 0.33 s\nsaved\n"})
    assert found.remarks() == [
        "the client tells another thing at each run, so that this is not compared: stdout line 1"
    ]
    assert found.differences({"stdout": b"took 9 s\nsaved\n"}) == []
    assert found.differences({"stdout": b"took 9 s\nlost\n"}) != []
    assert found.is_comparable


def test_a_client_that_leaves_nothing_steady_cannot_be_compared() -> None:
    for first, second in (({"stdout": b""}, {"stdout": b""}), ({"stdout": b"1"}, {"stdout": b"2"})):
        found = steady(first, second)
        assert not found.is_comparable
        assert found.remarks()[-1] == "the client leaves nothing that could be compared"


def test_files_of_random_names_say_nothing() -> None:
    found = steady({"stdout": b"ok", "file tmp1": b"x"}, {"stdout": b"ok", "file tmp2": b"x"})
    assert found.differences({"stdout": b"ok", "file tmp3": b"x"}) == []
    assert found.differences({"stdout": b"no", "file tmp3": b"x"}) != []
