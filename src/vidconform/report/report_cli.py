"""The commands that read results: report, diff, history, notice and issue."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vidconform.errors import BadOption
from vidconform.text import say

if TYPE_CHECKING:
    from vidconform.report.nightly.notice import Notice

_RESULTS = "a results.jsonl, or a folder: every results.jsonl below it"


Found = Callable[[Sequence[str]], AbstractContextManager[list[Path]]]


def add_report(commands: Any, find: Found) -> None:
    """Add the commands to a parser; `find` gives the results of all that a report can be made of."""
    report = commands.add_parser("report", help="merge the results of any number of runs into a static site")
    bundles = "; or a bundle (X.vidconform), or a folder of them, which is judged again"
    report.add_argument("results", nargs="+", help=_RESULTS + bundles)
    report.add_argument("-o", "--output", required=True, type=Path, metavar="SITE", help="the folder to write")
    report.add_argument(
        "--stale-after", type=int, default=30, metavar="DAYS", help="evidence older than this turns grey; default 30"
    )
    report.add_argument("--title", default="", help="the title of the first page")
    report.add_argument("--documents", action="store_true", help="add a page that compares what the documents promise")
    report.set_defaults(run=partial(_report, find))
    diff = commands.add_parser(
        "diff", help="what got worse, better, was not judged or drifted; exit code 1 when something got worse"
    )
    diff.add_argument("old", help=_RESULTS)
    diff.add_argument("new", help=_RESULTS)
    two = "compare these two services or versions, by the requirements that both have"
    diff.add_argument("--between", nargs=2, metavar=("OLD_NAME", "NEW_NAME"), help=two)
    diff.add_argument("--json", action="store_true", help="one object instead of text")
    diff.set_defaults(run=_diff)
    history = commands.add_parser("history", help="since when each requirement reads as it does")
    history.add_argument("results", nargs="+", help=_RESULTS)
    history.add_argument("--changed", action="store_true", help="only what reads otherwise in one run than in another")
    history.add_argument("--json", action="store_true", help="one array instead of text")
    history.set_defaults(run=_history)
    notice = commands.add_parser("notice", help="what a person should hear of a night: whether to open an issue")
    notice.add_argument("old", type=Path, help="the folder of the earlier nights; empty at first")
    notice.add_argument("new", type=Path, help="the folder of the newest run")
    notice.add_argument("--provider", required=True, metavar="NAME", help="whose night it was")
    notice.add_argument(
        "--issues", type=Path, metavar="FILE", help="the open issues: gh issue list --json=number,title,body"
    )
    memory = "instead of issues: this file remembers what was told; prints what is new, ends as the night should end"
    notice.add_argument("--memory", type=Path, metavar="FILE", help=memory)
    notice.add_argument("--fail-on", choices=("must", "should"), default="must", help="as the run was told")
    notice.add_argument("--link", default="", metavar="URL", help="the address of the run, for the issue")
    notice.add_argument("--json", action="store_true", help="one object instead of text")
    notice.set_defaults(run=_notice)
    _add_issue(commands)


def _add_issue(commands: Any) -> None:
    issue = commands.add_parser("issue", help="a bug report for the vendor on what a run saw broken, as Markdown")
    issue.add_argument("results", type=Path, metavar="RUN", help=_RESULTS)
    issue.add_argument("requirement", metavar="REQUIREMENT", help="its id, or CONTRACT#REQUIREMENT")
    issue.set_defaults(run=_issue)


def _report(find: Found, options: argparse.Namespace) -> None:
    from vidconform.redaction import environment_guard
    from vidconform.report.merged_runs import merge_files
    from vidconform.report.pages.site import write_site
    from vidconform.text import pluralise

    with find(options.results) as results:
        merged = merge_files(results, stale_after=options.stale_after)
        guard = environment_guard({column.served.name for column in merged.columns.values()})
        pages = write_site(merged, options.output, options.title, options.documents, guard)
    found = {"contract": len(merged.columns), "run": len(merged.runs), "page": pages}
    say(f"{options.output / 'index.html'}: {', '.join(pluralise(number, noun) for noun, number in found.items())}")
    for run in merged.truncated:
        say(f"truncated: {run.path}")


def _diff(options: argparse.Namespace) -> int:
    from vidconform.redaction import say_guarded
    from vidconform.report.merged_runs import merge_files
    from vidconform.report.nightly import drift
    from vidconform.report.nightly.comparison import differences, remarks
    from vidconform.report.nightly.diff_text import as_text
    from vidconform.report.nightly.versions import between
    from vidconform.report.results_reader import find_results

    old, new = (merge_files(find_results([given])) for given in (options.old, options.new))
    if options.between:
        old, new = between(old, new, options.between)
    drifted, lacking = drift.drift(old, new)
    found, said = differences(old, new), [*remarks(old, new), *lacking]
    if options.json:
        told = {"differences": [asdict(d) for d in found], "drift": [asdict(d) for d in drifted]}
        say_guarded(json.dumps({"format": "vidconform/diff@1", "notes": said, **told}, indent=2, ensure_ascii=True))
    else:
        say_guarded("\n".join([*as_text(found, said), *drift.as_text(drifted)]))
    return 1 if any(difference.kind == "worse" for difference in found) else 0


def _history(options: argparse.Namespace) -> None:
    from vidconform.redaction import say_guarded
    from vidconform.report.merged_runs import merge_files
    from vidconform.report.nightly.history import as_json, as_text
    from vidconform.report.results_reader import find_results

    merged, changed = merge_files(find_results(options.results)), options.changed
    rows = as_json(merged, changed=changed) if options.json else []
    say_guarded(json.dumps(rows, indent=2) if options.json else "\n".join(as_text(merged, changed=changed)))


def _notice(options: argparse.Namespace) -> int:
    from vidconform.redaction import say_guarded
    from vidconform.report.nightly.memory import recall
    from vidconform.report.nightly.night_faults import night
    from vidconform.report.nightly.notice import checked_link, decide, find_issue, read_issues

    if options.memory is not None and options.issues is not None:
        raise BadOption("--memory", str(options.memory), "no --issues beside it")
    found = night(options.provider, options.old, options.new, options.fail_on)
    issues = read_issues(options.issues) if options.issues is not None else []
    open_issue = find_issue(issues, options.provider) if options.memory is None else recall(options.memory)
    told = decide(found, open_issue, checked_link(options.link))
    if options.memory is not None:
        return _remembered(options, told)
    say_guarded(json.dumps(told.as_dict(), indent=2, ensure_ascii=True) if options.json else told.sentence)
    return 0


def _remembered(options: argparse.Namespace, told: Notice) -> int:
    """Print what is new, remember it, and return what the night should end with."""
    from vidconform.redaction import environment_guard, say_guarded
    from vidconform.report.nightly.memory import news, remember

    text = json.dumps(told.as_dict(), indent=2, ensure_ascii=True) if options.json else news(told).rstrip("\n")
    if text:
        say_guarded(text, [options.provider])
    remember(options.memory, told, environment_guard([options.provider]))
    return told.exit


def _issue(options: argparse.Namespace) -> None:
    from vidconform.redaction import say_guarded
    from vidconform.report.issue_command import issue_of

    text, provider = issue_of(options.results, options.requirement)
    say_guarded(text.rstrip("\n"), [provider])
