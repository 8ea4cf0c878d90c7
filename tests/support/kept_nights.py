"""A year of nights in a moment: reports of one live run each, copied with other ids, times and vendors."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from tests.support.processes import KEYS
from vidconform.emulator import Running, running
from vidconform.locations import data_folder
from vidconform.report import ResultsWriter
from vidconform.run import RunOptions, all_cases, judging_sha256, prepare

# Half of the exchanges of both is near the 55 that a vendor's night takes.
PROVIDERS = ("octopusx", "gptge")
FILES = ("evidence.jsonl", "results.jsonl")

_TIME = r"\d{4}-\d\d-\d\dT(?=\d\d:)|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} (?=\d\d:)|\b17\d{8}\b"
_DAY, _HTTP_DAY = "%Y-%m-%dT", "%a, %d %b %Y "
_HEXADECIMAL = str.maketrans("0123456789", "abcdef0123")


def judge_live(emulator: Running, provider: str, report: Path) -> None:
    """Judge an emulator over HTTP, and keep verdicts and evidence as a run of pytest does."""
    tasks = [f"{contract}={id}" for contract, ids in emulator.task_ids.items() for id in ids]
    options = RunOptions(
        [provider], live=True, provider_url=emulator.url, task_ids=tasks, poll_interval=0.0, fuzz=0, report=report
    )
    with closing(prepare(options, KEYS)) as session:
        writer, cases = ResultsWriter(report, session.guard), list(all_cases(session))
        writer.start("live", judging_sha256())
        (one,) = session.provider_runs
        writer.provider(provider, one.base_url, {c.id: c.edition.as_dict() for c in one.contracts}, one.provider.title)
        for case in cases:
            session.want(case)
        for case in cases:
            writer.verdict(session.judge(case).as_dict())
            session.journalise(case)
        writer.end(session.costs(), 0, session.answered())


@dataclass(frozen=True)
class Fleet:
    """Folders of made-up vendors, the nights of each, and how many exchanges they hold together."""

    specs: list[Path]
    nights: Path
    runs: int
    exchanges: int


def write_nights(folder: Path, vendors: int, nights: int) -> Fleet:
    """Write vendors as folders of their own and a report of each for each night: no two share an id or a time."""
    bases = {provider: _base(provider, folder / "bases" / provider) for provider in PROVIDERS}
    specs, exchanges = list[Path](), 0
    for number in range(vendors):
        provider, vendor = PROVIDERS[number % len(PROVIDERS)], f"vendor{number:03}"
        specs.append(_vendor(provider, vendor, folder / "specs" / vendor))
        exchanges += nights * _asked(bases[provider]["evidence.jsonl"])
        for night in range(nights):
            into = folder / "nights" / f"{night:03}" / vendor
            into.mkdir(parents=True)
            told = _of_night(bases[provider], provider, vendor, nights - night)
            for name, text in told:
                (into / name).write_text(text, "utf-8")
    return Fleet(specs, folder / "nights", vendors * nights, exchanges)


def _base(provider: str, report: Path) -> dict[str, str]:
    with running(provider, environ={}) as emulator:
        judge_live(emulator, provider, report)
    return {name: (report / name).read_text("utf-8") for name in FILES}


def _vendor(provider: str, vendor: str, into: Path) -> Path:
    shutil.copytree(data_folder("specs") / provider, into)
    told = into / "provider.toml"
    told.write_text(told.read_text("utf-8").replace(f'name = "{provider}"', f'name = "{vendor}"', 1), "utf-8")
    return into


def _of_night(base: dict[str, str], provider: str, vendor: str, days: int) -> Iterator[tuple[str, str]]:
    """Yield the files of a night that is some days ago, with the ids of its own and the name of its vendor."""
    ids = _ids(base["evidence.jsonl"])
    salt = sha256(f"{vendor} {days}".encode()).hexdigest() * 2
    others = {id: _other(id, salt) for id in ids} | {f'"{provider}"': f'"{vendor}"', f'"{provider}/': f'"{vendor}/'}
    pattern = re.compile(f"{'|'.join(map(re.escape, others))}|{_TIME}")
    moved = _moved_by(timedelta(days=days))
    for name, text in base.items():
        yield name, pattern.sub(lambda found: others.get(found[0]) or moved(found[0]), text)


def _asked(evidence: str) -> int:
    """Return how many exchanges there are beside the examples of the documents."""
    lines = [json.loads(line) for line in evidence.splitlines()]
    return sum(line["kind"] == "exchange" and line["probe"] != "document" for line in lines)


def _ids(evidence: str) -> list[str]:
    """Return the ids of tasks that there were; an id that nobody has stays as the contract has it."""
    asked = {json.loads(line).get("task_id") or "" for line in evidence.splitlines()}
    return sorted(id for id in asked if len(id) > 20 and "0000000000" not in id)


def _other(id: str, salt: str) -> str:
    """Return an id of the same form: what is a digit, or a letter that may be one of a hexadecimal number, differs."""
    start = max(id.find("_") + 1, 0)
    tail = [_like(letter, salt[place]) for place, letter in enumerate(id[start:])]
    return id[:start] + "".join(tail)


def _like(letter: str, salted: str) -> str:
    if letter.isdigit():
        return str(int(salted, 16) % 10)
    return salted.translate(_HEXADECIMAL) if letter in "abcdef" else letter


def _moved_by(back: timedelta) -> Callable[[str], str]:
    def moved(text: str) -> str:
        if text.isdigit():
            return str(int(text) - int(back.total_seconds()))
        form = _DAY if text.endswith("T") else _HTTP_DAY
        return (datetime.strptime(text, form).replace(tzinfo=UTC) - back).strftime(form)

    return moved
