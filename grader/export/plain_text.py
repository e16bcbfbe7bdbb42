"""What a check has to say as plain text, for formats that have one field for it.

Says what the student's report says, no more: a message about a hidden case holds no numbers when it gets here.
Covered: control characters, lone surrogates and changes of direction come out spelled, and a text has an end. What a
text may mean in HTML, XML or a workflow's log is for the format to escape.
"""

from __future__ import annotations

from grader.export.console import plain
from grader.result import CheckResult, TaskResult, Tier, Verdict

TEXT_LIMIT = 8_000  # characters of one check
LINE_LIMIT = 300


def visible(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` with what would not show spelled out, cut after `limit` characters."""
    shown = plain(text.replace("\r\n", "\n")).plain
    return shown if len(shown) <= limit else f"{shown[:limit]}\n... ({len(shown) - limit} characters more)"


def line(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one line of at most `limit` characters."""
    shown = " ".join(plain(text).plain.split())
    return shown if len(shown) <= limit else f"{shown[: limit - 3]}..."


def explained(check: CheckResult) -> str:
    """Return the message of a check with the student's frames and what was printed; empty if there is none."""
    message = check.message
    if message is None:
        return ""
    parts = [message.text()]
    if message.traceback:
        parts.append("your frames, the innermost last\n" + "\n".join(f"  {f}" for f in message.traceback))
    if message.printed:
        parts.append(f"printed by your code\n{message.printed}")
    return visible("\n\n".join(parts))


def reason(task: TaskResult, check: CheckResult) -> str:
    """Return in one line why a check did not pass; for PASS an empty string."""
    if check.verdict is Verdict.PASS:
        return ""
    if check.message is not None:
        said = check.message.hint or check.message.got
        if said:
            return line(said)
    return line(task.reason) if task.reason else line(check.sentence)


def shown_checks(task: TaskResult) -> tuple[CheckResult, ...]:
    """Return the checks of a task; what stands for a task that has none is one with the task's verdict."""
    return task.checks or (CheckResult("task", task.title, Tier.CORE, task.verdict),)
