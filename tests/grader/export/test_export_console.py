"""What the terminal shows is complete, plain, and cannot be steered by a submission."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from exported_results import EXAMPLE, WRONG
from rich.console import Console, RenderableType

from grader.export.console import history_table, messages, score_line, speed_lines, summary, table
from grader.result import CheckResult, Result, Tier, Verdict
from grader.speed_result import SpeedResult
from grader.store.records import RunRow


def shown(renderable: RenderableType, width: int = 100, color: bool = False) -> str:
    """Return what a terminal of `width` columns shows, without blanks at the ends of lines."""
    output = io.StringIO()
    system = "truecolor" if color else None
    Console(file=output, width=width, color_system=system, force_terminal=color, legacy_windows=False).print(
        renderable
    )
    return "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def with_checks(*checks: CheckResult) -> Result:
    return replace(EXAMPLE, tasks=(replace(EXAMPLE.tasks[0], checks=checks), *EXAMPLE.tasks[1:]))


def failed(name: str, tier: Tier = Tier.CORE, **changes: str) -> CheckResult:
    return CheckResult(name, f"sentence of {name}", tier, Verdict.FAIL, message=replace(WRONG, **changes))  # type: ignore[arg-type]


def test_the_table_shows_every_task() -> None:
    """Id, title, verdict, points and the reason of a task that did not run, in the order of the course."""
    assert shown(table(EXAMPLE)) == "\n".join(
        [
            "Week 1: from matmul to text",
            "Task    Title                       Verdict   Points   Extra",
            "────────────────────────────────────────────────────────────",
            "1.2.1   RoPE                        FAIL       2 / 6   0 / 1",
            "",
            "1.3.3   Attention of Qwen2          SKIPPED    0 / 4",
            "        needs 1.2.1, which failed",
        ]
    )


def test_a_gate_is_one_line_with_its_interval() -> None:
    """Shape, ratio, interval, gate and verdict stand in one line; a run without gates has none."""
    gate = SpeedResult(
        group="2.2",
        label="M = 1, bfloat16",
        verdict="FAIL",
        unit="time",
        against="rung 2",
        threshold=1.15,
        wall=(1.69, 1.65, 1.74),
    )
    rate = replace(
        gate, label="4 requests", verdict="INVALID", unit="throughput", against="one after another"
    )
    run = with_checks(
        replace(failed("slow"), speed=gate), failed("wrong"), replace(failed("four"), speed=rate)
    )
    lines = speed_lines(run)
    assert lines is not None
    assert shown(lines) == "\n".join(
        [
            "1.2.1  M = 1, bfloat16  1.69x of rung 2 [1.65, 1.74], gate 1.15x                      FAIL",
            "1.2.1  4 requests       1.69x of one after another [1.65, 1.74], gate at least 1.15x  INVALID",
        ]
    )
    assert shown(summary(run)).count("gate 1.15x") == 1
    assert speed_lines(EXAMPLE) is None


def test_the_first_finding_of_every_task_comes_before_the_second_of_any() -> None:
    """Core findings in turns over the tasks, then those of the other tiers, again in turns."""
    checks = (failed("a1", Tier.EDGE), failed("a2"), failed("a3"), failed("a4"), failed("a5", Tier.EDGE))
    others = (failed("b1"), failed("b2", Tier.STYLE), failed("b3"), failed("b4", Tier.EDGE))
    run = replace(
        EXAMPLE, tasks=(replace(EXAMPLE.tasks[0], checks=checks), replace(EXAMPLE.tasks[1], checks=others))
    )
    text = shown(messages(run, 9))
    order = [word for line in text.splitlines() if " sentence of " in line for word in [line.split()[-1]]]
    assert order == ["a2", "b1", "a3", "b3", "a4", "a1", "b4", "a5", "b2"]
    assert [line.split()[-1] for line in shown(messages(run, 2)).splitlines() if " sentence of " in line] == [
        "a2",
        "b1",
    ]


def test_a_message_is_its_lines_and_the_innermost_frame() -> None:
    """The student sees what was called, expected and got, region, hint, how to run it again, and where."""
    assert shown(messages(EXAMPLE)) == "\n".join(
        [
            "1.2.1 FAIL RoPE equals PyTorch",
            "  what      RoPE(64, 128)(x float32[1, 5, 2, 64]), seed 7",
            "  expected  [0.25, -1.5, 0.75, ...]",
            "  got       [0.5, -1.25, 0.75, ...], 312 of 640 differ, worst by 1.875 at [0, 4, 1, 63]",
            "  region    positions 1 to 4 only",
            "  hint      your result is what comes out when RoPE rotates adjacent pairs",
            "  rerun     grader check 1.2.1 --case 2",
            "  at        positional_encoding.py:31 in __call__: return out.reshape(x.shape)",
            "",
        ]
    )


def test_the_first_core_failures_are_shown_and_the_others_named() -> None:
    """With more failures than the limit, core checks come before edge and style, and the rest is named."""
    result = with_checks(
        failed("s", Tier.STYLE), failed("e", Tier.EDGE), failed("a"), failed("b"), failed("c")
    )
    text = shown(messages(result, limit=2))
    assert [line for line in text.splitlines() if "sentence of" in line] == [
        "1.2.1 FAIL sentence of a",
        "1.2.1 FAIL sentence of b",
    ]
    assert "and 3 more: 1.2.1 c, 1.2.1 e, 1.2.1 s\n" in text
    assert "all of them: grader show 20260301-100000-4f2a" in text


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (EXAMPLE, "Score 2 / 10   extra 0 / 1   0 of 2 tasks pass, 1 FAIL, 1 SKIPPED"),
        (
            replace(EXAMPLE, tasks=EXAMPLE.tasks[1:], complete=False),
            "Score 0 / 4   0 of 1 tasks pass, 1 SKIPPED\n"
            "The run was cut off: what was not reached has no points yet.",
        ),
        (
            replace(EXAMPLE, tasks=(), unsafe=True),
            "Score 0 / 0   0 of 0 tasks pass\n"
            "Graded with --unsafe: a required layer of the sandbox was missing.",
        ),
    ],
)
def test_the_score_line_counts_verdicts(result: Result, line: str) -> None:
    """Score, extra points if any, each kind of verdict by itself, and what casts doubt on the run."""
    assert shown(score_line(result), width=200) == line


def test_the_summary_is_table_messages_score() -> None:
    """The end of a run shows the three parts in this order."""
    parts = [shown(table(EXAMPLE)), "", shown(messages(EXAMPLE)), shown(score_line(EXAMPLE))]
    assert shown(summary(EXAMPLE)) == "\n".join(parts)


@pytest.mark.parametrize(
    ("hostile", "spelled"),
    [
        ("[red]x[/red] [link=file:///]y[/link]", "[red]x[/red] [link=file:///]y[/link]"),
        ("[/nothing]", "[/nothing]"),
        (":smile: 12:30", ":smile: 12:30"),
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\r\x08\x7f\x9b31m", r"\x0d\x08\x7f\x9b31m"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
        ("\udcff\u2028", r"\udcff\u2028"),
    ],
)
def test_student_text_is_shown_as_it_is(hostile: str, spelled: str) -> None:
    """Markup, escapes, direction marks and unprintable characters are spelled out, not obeyed."""
    result = replace(with_checks(failed("a", got=hostile)), title=hostile)
    text = shown(summary(result))
    assert f"  got       {spelled}" in text.splitlines()
    assert not {character for character in text.replace("\n", "") if not character.isprintable()}
    row = RunRow("r", 1, "t", hostile, "s", "2026-03-01T10:00:00+00:00", "", "cut off", 1, 2, 0, 1, 0, 0)
    assert spelled in shown(history_table([row, replace(row, student="ben")]), width=200)


def test_colors_only_add_to_the_words() -> None:
    """With colors off no escape sequence is written, with colors on the verdicts are still words."""
    assert "\x1b" not in shown(summary(EXAMPLE))
    assert "\x1b[1;31mFAIL\x1b[0m" in shown(summary(EXAMPLE), color=True)


def test_a_narrow_terminal_loses_nothing() -> None:
    """At 40 columns long lines are folded, not cut."""
    folded = "".join(
        line[12:] for line in shown(messages(EXAMPLE), width=40).splitlines() if line[:2] == "  "
    )
    assert WRONG.got.replace(" ", "") in folded.replace(" ", "")


def test_the_history_shows_every_run() -> None:
    """Each run has its line: when, which tasks, how far it came, its points, and whose if that differs."""
    at = "2026-03-01T10:00:59+00:00"
    rows = [
        RunRow("run-1", 1, "t", "mia", "s", at, at, "finished", 60, 60, 82.5, 100, 3, 20),
        RunRow("run-2", 1, "t", "mia", "s", at, "", "cut off", 17, 60, 30, 100, 0, 20, ("1.1.1", "1.2.1")),
    ]
    head, _, first, second = shown(history_table(rows), width=120).splitlines()
    assert head.split() == ["Run", "Started", "(UTC)", "Week", "Status", "Points", "Extra"]
    assert first.split("  ")[0] == "run-1"
    assert " ".join(first.split()) == "run-1 2026-03-01 10:00 1 finished 82.5 / 100 3 / 20"
    assert " ".join(second.split()) == (
        "run-2 2026-03-01 10:00 1: 1.1.1 1.2.1 cut off (17 of 60 checks) 30 / 100 0 / 20"
    )
    both = shown(history_table([rows[0], replace(rows[1], student="ben")]), width=120)
    assert [line.split()[4] for line in both.splitlines() if line.startswith("run-1")] == ["mia"]
    assert "ben" in both
    assert shown(history_table([])) == "No runs yet."


def test_the_history_fits_80_columns() -> None:
    """Run ids stay in one piece, to be copied, and no line is cut."""
    at = "2026-03-01T10:00:59+00:00"
    row = RunRow("20260301-100000-4f2a", 1, "t", "mia", "s", at, "", "cut off", 17, 60, 30, 100, 0, 20)
    lines = shown(history_table([row, replace(row, student="ben")]), width=80).splitlines()
    assert sum("20260301-100000-4f2a" in line for line in lines) == 2
    assert not any("…" in line for line in lines)
