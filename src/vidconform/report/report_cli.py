"""The commands that read results: report, diff and history."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from vidconform.text import say

_RESULTS = "a results.jsonl, or a folder: every results.jsonl below it"


def add_report(commands: Any) -> None:
    """Add the commands to a parser."""
    report = commands.add_parser("report", help="merge the results of any number of runs into a static site")
    report.add_argument("results", nargs="+", help=_RESULTS)
    report.add_argument("-o", "--output", required=True, type=Path, metavar="SITE", help="the folder to write")
    report.add_argument(
        "--stale-after", type=int, default=30, metavar="DAYS", help="evidence older than this turns grey; default 30"
    )
    report.add_argument("--title", default="", help="the title of the first page")
    report.add_argument("--documents", action="store_true", help="add a page that compares what the documents promise")
    report.set_defaults(run=_report)
    diff = commands.add_parser(
        "diff", help="what got worse, better, was not judged or drifted; exit code 1 when something got worse"
    )
    diff.add_argument("old", help=_RESULTS)
    diff.add_argument("new", help=_RESULTS)
    diff.add_argument("--json", action="store_true", help="one object instead of text")
    diff.set_defaults(run=_diff)
    history = commands.add_parser("history", help="since when each requirement reads as it does")
    history.add_argument("results", nargs="+", help=_RESULTS)
    history.add_argument("--json", action="store_true", help="one array instead of text")
    history.set_defaults(run=_history)
    notice = commands.add_parser("notice", help="what a person should hear of a night: whether to open an issue")
    notice.add_argument("old", type=Path, help="the folder of the earlier nights; empty at first")
    notice.add_argument("new", type=Path, help="the folder of the newest run")
    notice.add_argument("--provider", required=True, metavar="NAME", help="whose night it was")
    notice.add_argument(
        "--issues", type=Path, metavar="FILE", help="the open issues: gh issue list --json=number,title,body"
    )
    notice.add_argument("--fail-on", choices=("must", "should"), default="must", help="as the run was told")
    notice.add_argument("--json", action="store_true", help="one object instead of text")
    notice.set_defaults(run=_notice)


def _report(options: argparse.Namespace) -> None:
    from vidconform.contracts import known_secrets
    from vidconform.redaction import Guard
    from vidconform.report.merged_runs import merge_files
    from vidconform.report.pages.site import write_site
    from vidconform.report.results_reader import find_results
    from vidconform.text import pluralise

    merged = merge_files(find_results(options.results), stale_after=options.stale_after)
    guard = Guard(known_secrets(os.environ, {column.served.name for column in merged.columns.values()}))
    pages = write_site(merged, options.output, options.title, options.documents, guard)
    found = {"contract": len(merged.columns), "run": len(merged.runs), "page": pages}
    say(f"{options.output / 'index.html'}: {', '.join(pluralise(number, noun) for noun, number in found.items())}")
    for run in merged.truncated:
        say(f"truncated: {run.path}")


def _diff(options: argparse.Namespace) -> int:
    from vidconform.report.merged_runs import merge_files
    from vidconform.report.nightly import drift
    from vidconform.report.nightly.comparison import differences, remarks
    from vidconform.report.nightly.diff_text import as_text
    from vidconform.report.results_reader import find_results

    old, new = (merge_files(find_results([given])) for given in (options.old, options.new))
    drifted, lacking = drift.drift(old, new)
    found, said = differences(old, new), [*remarks(old, new), *lacking]
    if options.json:
        told = {"differences": [d.as_dict() for d in found], "drift": [d.as_dict() for d in drifted]}
        _say(json.dumps({"format": "vidconform/diff@1", "notes": said, **told}, indent=2, ensure_ascii=True))
    else:
        _say("\n".join([*as_text(found, said), *drift.as_text(drifted)]))
    return 1 if any(difference.kind == "worse" for difference in found) else 0


def _history(options: argparse.Namespace) -> None:
    from vidconform.report.merged_runs import merge_files
    from vidconform.report.nightly.history import as_json, as_text
    from vidconform.report.results_reader import find_results

    merged = merge_files(find_results(options.results))
    _say(json.dumps(as_json(merged), indent=2, ensure_ascii=True) if options.json else "\n".join(as_text(merged)))


def _notice(options: argparse.Namespace) -> None:
    from vidconform.report.nightly.night_faults import night
    from vidconform.report.nightly.notice import decide, find_issue, read_issues

    found = night(options.provider, options.old, options.new, options.fail_on)
    issues = read_issues(options.issues) if options.issues is not None else []
    told = decide(found, find_issue(issues, options.provider))
    _say(json.dumps(told.as_dict(), indent=2, ensure_ascii=True) if options.json else told.sentence)


def _say(text: str) -> None:
    """Print what may be kept as a file or sent on; raises SecretRefused where it holds a key of the environment."""
    from vidconform.contracts import known_secrets
    from vidconform.redaction import Guard

    say(Guard(known_secrets(os.environ)).checked(Path("standard output"), text).decode())
