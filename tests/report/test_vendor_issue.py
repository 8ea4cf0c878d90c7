"""`vidconform issue`: what a vendor is handed says all that is needed to look into it, and nothing secret."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.support.report_runs import NOW, exchange, sight, verdict, write_evidence, write_run
from vidconform.cli import main
from vidconform.report.merged_runs import merge_files
from vidconform.report.pages.html import Pages

CURL = 'curl -i --max-time 60 https://acme.example/v1/videos/task_1 -H "Authorization: Bearer $ACME_API_KEY"'
HEADERS = [["Date", "Sun, 29 Nov 2026 09:00:00 GMT"], ["X-Request-Id", "req-7f"], ["x-oneapi-request-id", "2026-1"]]
PLACE = [sight(pointer="/id")]
EXPECTED, RECEIVED = "'video_68f082321ed0c5'", "'video_68f082321ed0d5' at /id"
BROKEN: dict[str, Any] = {"request": CURL, "expected": EXPECTED, "received": RECEIVED, "evidence": PLACE}


def issue(folder: Path, named: str, capsys: pytest.CaptureFixture[str]) -> str:
    code = main(["issue", str(folder), named])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, ""), printed
    return printed.out


def refused(folder: Path, named: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["issue", str(folder), named]) == 4
    printed = capsys.readouterr()
    assert printed.out == ""
    return printed.err


def with_evidence(folder: Path, **more: Any) -> Path:
    write_run(folder, [verdict("fails", **{**BROKEN, **more})])
    reply = {"status": 200, "headers": HEADERS, "body": {"text": '{"id": "x"}'}, "cut": False}
    write_evidence(folder, [exchange(reply=reply)])
    return folder


def test_an_issue_says_what_is_promised_where_and_what_came_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = issue(with_evidence(tmp_path), "id-type", capsys)
    assert text.startswith("# `acme/videos`: The statement of id-type.\n")
    assert "- Document: Document: section\n" in text
    assert f"```sh\n{CURL}\n```\n" in text
    assert "- 'video_68f082321ed0c5'\n+ 'video_68f082321ed0d5'\n                     ^\n```\n" in text
    assert "At `/id` (JSON Pointer) of the reply." in text
    assert "Careful" not in text


def test_an_issue_names_the_time_and_the_request_ids_of_the_reply(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = issue(with_evidence(tmp_path), "id-type", capsys)
    assert "- Status 200 to `GET https://acme.example/v1/videos/task_1`\n" in text
    assert ", by its own clock `Sun, 29 Nov 2026 09:00:00 GMT`\n" in text
    assert "- `X-Request-Id`: `req-7f`\n- `x-oneapi-request-id`: `2026-1`\n" in text


def test_the_document_is_named_with_edition_and_address(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = with_evidence(tmp_path) / "results.jsonl"
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    lines[1]["editions"][0] |= {"read": "2026-11-20", "sha256": "0a" * 32, "url": "https://acme.example/docs"}
    results.write_text("".join(json.dumps(line) + "\n" for line in lines))
    text = issue(tmp_path, "id-type", capsys)
    assert f"; read on 2026-11-20, SHA-256 `{'0a' * 32}`\n- Address: <https://acme.example/docs>\n" in text


def test_what_costs_is_asked_with_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paid = f": 'asks for a video, which may be charged'; {CURL.replace('-i', '-i -X POST')}"
    text = issue(with_evidence(tmp_path, request=paid), "id-type", capsys)
    assert "**Careful:** this request asks for a video, which may be charged" in text
    assert "--max-time 60" in text


def test_emulated_evidence_is_not_to_be_sent_and_says_so_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = issue(with_evidence(tmp_path, evidence=[sight("emulated", pointer="/id")]), "id-type", capsys)
    assert text.startswith("> **Emulated evidence: not to be sent.**")
    assert "not to be sent" not in issue(with_evidence(tmp_path / "live"), "id-type", capsys)


def test_it_says_how_often_it_was_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for days, label in ((3, "conforms"), (2, "fails"), (1, "fails")):
        at = NOW - timedelta(days)
        write_run(tmp_path / f"night-{3 - days}", [verdict(label)], started_at=at)
    since = (NOW - timedelta(2)).date()
    text = issue(tmp_path, "id-type", capsys)
    assert (
        f"Seen: judged on 3 observations; in the newest run, and so in 2 of the 3 runs that asked, since {since}.\n"
        in text
    )
    assert "## Reply" not in text, "no evidence lies beside these results"


def test_a_key_of_the_environment_is_never_handed_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_API_KEY", "sk-acme-Zq7/3vN+9tLw")
    with_evidence(tmp_path, received="'sk-acme-Zq7/3vN+9tLw' at /id")
    told = refused(tmp_path, "id-type", capsys)
    assert "ACME_API_KEY" in told
    assert "Zq7" not in told


def test_hostile_words_of_a_vendor_stay_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "500 text/html: ```\n<script>alert(1)</script> @everyone ```` \x1b[2J"
    text = issue(with_evidence(tmp_path, received=hostile, evidence=[sight()]), "id-type", capsys)
    assert "\x1b" not in text
    tokens = MarkdownIt().parse(text)
    (block,) = [token for token in tokens if token.type == "fence" and token.info == "diff"]
    assert "<script>alert(1)</script> @everyone" in block.content
    assert "\n  ^^^^^^^^^^^^^\n" in block.content
    assert not [token for token in tokens if token.type == "html_block"]


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("nosuch", "one that was judged, such as "),
        ("id-tpye", "one that was judged, such as id-type"),
        ("kept", "one that is not kept; it reads: acme/videos conforms"),
        ("id-type", "one of several that are not kept: acme/query#id-type, acme/videos#id-type"),
        ("acme/nosuch#id-type", "one that was judged, such as acme/"),
    ],
)
def test_what_no_issue_can_be_made_of_is_one_sentence(
    named: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [verdict("fails"), verdict("fails", contract="acme/query"), verdict("conforms", "kept")]
    write_run(tmp_path, rows)
    sentence = refused(tmp_path, named, capsys)
    assert sentence.startswith(f"vidconform: REQUIREMENT={named}: expected {told}")
    assert sentence.count("\n") == 1


def test_the_contract_says_which_of_several_is_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, [verdict("fails"), verdict("fails", contract="acme/query")])
    assert issue(tmp_path, "acme/query#id-type", capsys).startswith("# `acme/query`: ")


def test_a_document_that_contradicts_itself_can_be_told_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_run(tmp_path, [verdict("conforms"), verdict("contradicts itself", subject="document")])
    assert "MUST: the document's own examples are otherwise\n" in issue(tmp_path, "id-type", capsys)


def test_the_page_has_the_same_text_to_copy_for_what_is_broken_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = with_evidence(tmp_path)
    page = Pages(merge_files([folder / "results.jsonl"])).one()
    shown = page[page.index("A bug report to copy") :].partition("<bdi>")[2].partition("</bdi>")[0]
    words = shown.replace("&#39;", "'").replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">")
    assert words == issue(folder, "id-type", capsys)
    write_run(tmp_path / "green", [verdict("conforms"), verdict("not offered", "may", level="MAY")])
    assert "A bug report to copy" not in Pages(merge_files([tmp_path / "green" / "results.jsonl"])).one()
