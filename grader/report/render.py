"""Render a `Result` as one self-contained HTML page, and write it to a folder.

Covers: every text that reaches the page is spelled out where it is invisible (`wording.visible`) and
escaped by the template engine; the page forbids itself every request, and every script and style that has not
one of two hashes.
Does not cover: a reader who copies a command out of a message and runs it without reading it.
Knows nothing about databases, clocks or how the result came about: the same result gives the same bytes.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import functools
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.errors import CannotJudge
from grader.report import advice, counts, score, wording
from grader.report.bars import WHISKER
from grader.report.history import history
from grader.report.pictures import map_picture, progress_picture, score_picture
from grader.report.speed import speed_section
from grader.report.threads import thread_picture
from grader.report.wording import slug
from grader.result import Result, TaskResult

TEMPLATES = Path(__file__).parent / "templates"
MAX_BYTES = 250_000


@dataclass(frozen=True)
class Limits:
    """How much of a submission's text a page takes, in characters and lines."""

    field: int  # each line of a message
    printed: int  # what a call printed
    frames: int  # innermost frames of a traceback
    findings: int  # messages per task
    map: int  # cells of an error map; one with more is left out


# Tried in this order until the page is small enough; the last one is taken in any case.
LIMITS = (
    Limits(field=2_000, printed=4_000, frames=12, findings=100, map=1200),
    Limits(field=600, printed=600, frames=4, findings=50, map=160),
    Limits(field=200, printed=0, frames=2, findings=20, map=0),
    Limits(field=60, printed=0, frames=0, findings=2, map=0),
)


def render_student(result: Result) -> str:
    """Return the student's report on one run as an HTML page without any outside reference.

    Messages are shortened until the page has at most `MAX_BYTES`; the page then says so.
    """
    page = ""
    for limits in LIMITS:
        page = _render(result, limits)
        if len(page.encode()) <= MAX_BYTES:
            break
    return page


def _render(result: Result, limits: Limits) -> str:
    step = advice.next_step(result)
    return (
        environment()
        .get_template("student.html")
        .render(
            result=result,
            shortened=limits is not LIMITS[0],
            step=step,
            commands=advice.commands(result, step),
            held=score.held_points(result),
            tally=score.tally(result),
            passed=sum(task.verdict.value == "PASS" for task in result.tasks),
            history=history(result),
            days=_days(result),
            speed=speed_section(result),
            **{**page_parts(), "limits": limits},
            score_picture=score_picture(result),
            progress_picture=progress_picture(result),
        )
    )


def _days(result: Result) -> list[tuple[int, str, list[TaskResult]]]:
    """Return (number, title, tasks) per day, in the result's order; days that it does not name come last."""
    unnamed = sorted({task.day for task in result.tasks} - set(result.days))
    titles = {**result.days, **dict.fromkeys(unnamed, "")}
    return [(day, title, [t for t in result.tasks if t.day == day]) for day, title in titles.items()]


@functools.cache
def environment() -> Environment:
    """Return the template engine; it escapes, and spells out what is invisible, in every expression."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        points=wording.points,
        cut=wording.cut,
        count=wording.count,
        in_words=wording.in_words,
        listing=wording.listing,
        when=wording.when,
        duration=wording.duration,
        slug=wording.slug,
        figure=counts.figure,
        ratio=counts.ratio,
        limit=counts.limit,
    )
    environment.globals.update(
        findings=advice.findings,
        share=score.share,
        HELD=score.HELD,
        map_picture=map_picture,
        thread_picture=thread_picture,
        exceeds=counts.exceeds,
        PROXY=counts.PROXY,
        WHISKER=WHISKER,
    )
    return environment


def _finalize(value: object) -> object:
    return wording.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@functools.cache
def _asset(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _css() -> str:
    return _asset("student.css") + _asset("speed.css")


def page_parts(scripts: bool = True) -> dict[str, object]:
    """Return what every page has: style, script, and how much of a foreign text it takes."""
    parts: dict[str, object] = {"policy": _policy(scripts), "css": Markup(_css()), "limits": LIMITS[0]}
    return {**parts, "js": Markup(_asset("student.js"))} if scripts else parts


def _policy(scripts: bool) -> str:
    """Return a content security policy that allows the page's own style and script, and nothing else."""
    style = _digest(_css())
    script = f"'{_digest(_asset('student.js'))}'" if scripts else "'none'"
    return (
        f"default-src 'none'; style-src '{style}'; script-src {script}; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def write_student(result: Result, folder: Path) -> Path:
    """Write the student's report into `folder`, made if needed, and return its path.

    The name tells week, student and run. A reader sees the old file or the whole new one, never a part.

    Raises:
        CannotJudge: the folder cannot be made or written to, or the disk is full.
    """
    page = render_student(result).encode()
    name = f"week{result.week}-{slug(result.student)}-{slug(result.run_id)}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / name, page)
    except OSError as error:
        raise CannotJudge(f"cannot write the report to {folder}: {_reason(error)}") from error
    return folder / name


def _replace(target: Path, content: bytes) -> None:
    """Write `content` beside `target` and move it there; leave nothing behind if that fails."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with open(draft, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise


def _reason(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder is read-only for you"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full"
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return "it is not a folder"
    return error.strerror or type(error).__name__
