"""`grader validate`: grade the grader with mutants, legitimate variations and attacks, and print the figures."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.options import writable_file
from grader.errors import CannotJudge, UsageError

if TYPE_CHECKING:
    from grader.validation.engine import Report, Summary

GROUPS = ("reference", "skeleton", "mutants", "variations", "attacks")


def validate(
    week: Annotated[int, typer.Option("--week", min=1, help="The week whose checks are tried.")] = 1,
    group: Annotated[list[str] | None, typer.Option("--group", help=f"Of {', '.join(GROUPS)}.")] = None,
    only: Annotated[str, typer.Option("--only", help="Only specimens with this in their name.")] = "",
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes.")] = 2,
    measured: Annotated[
        bool,
        typer.Option("--measured", help="Gates and sanitizers for all variations, too; on a quiet machine."),
    ] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures here.")] = None,
) -> int:
    """Grade the grader: reference, skeleton, mutants, variations and attacks, and judge the outcome of each.

    Needs a checkout of the project.

    [bold]Examples[/bold]

        grader validate

        grader validate --group mutants --only rope --jobs 1
    """
    from grader.course.catalog import find_week
    from grader.paths import ROOT
    from grader.validation.engine import validate as run

    find_week(str(week))
    groups = tuple(group or GROUPS)
    unknown = [g for g in groups if g not in GROUPS]
    if unknown:
        raise UsageError(f"there is no group {unknown[0]!r}; known are {', '.join(GROUPS)}")
    folder = ROOT / "tests"
    if not (folder / "mutants").is_dir():
        raise CannotJudge(f"{folder} holds no mutants: validate needs a checkout of the project")
    if json_file is not None:
        writable_file(json_file, "file of figures")
    started = time.perf_counter()
    summary = run(week, folder, groups, jobs, only, _line, measured)
    _print(summary, time.perf_counter() - started)
    if json_file is not None:
        json_file.write_text(json.dumps(_figures(summary), indent=1))
    return 0 if summary.ok else 1


def _line(report: Report, total: int) -> None:
    word = "ok" if report.ok else "WRONG"
    print(f"{word:5} {report.group[:10]:10} {report.name} ({report.seconds:.1f} s)", flush=True)
    for problem in report.problems:
        print(f"      {problem}", flush=True)


def _print(summary: Summary, seconds: float) -> None:
    print()
    for group, (right, total) in summary.counts().items():
        print(f"{group:10} {right} of {total} as they have to be")
    if summary.checks:
        caught = len(summary.checks) - len(summary.uncaught)
        print(f"{'checks':10} {caught} of {len(summary.checks)} failed by at least one mutant")
        for name in summary.uncaught:
            print(f"           not failed by any: {name}")
    wrong = sum(not r.ok for r in summary.reports)
    print(f"{seconds:.0f} s\n\n{len(summary.reports) - wrong} passed, {wrong} failed")


def _figures(summary: Summary) -> dict[str, object]:
    return {
        "week": summary.week,
        "ok": summary.ok,
        "counts": {g: {"right": r, "total": t} for g, (r, t) in summary.counts().items()},
        "uncaught_checks": summary.uncaught,
        "specimens": [asdict(r) for r in summary.reports],
    }
