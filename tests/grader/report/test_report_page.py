"""The page as a whole: sections say what the result holds, numbers add up, and nothing is fetched."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import made_up
import pytest
from page_tree import Node, parse

from grader.report import render_student
from grader.report.render import MAX_BYTES
from grader.result import Message, Result, Tier, Verdict

RUNS = {
    "mixed": made_up.mixed(),
    "skeleton": made_up.skeleton(),
    "perfect": made_up.week(),
    "nothing": made_up.week(tasks=(), complete=False),
    "bare": made_up.week(tasks=(), days={}, sandbox=(), canary="", environment={}, hashes={}, student=""),
}


@pytest.fixture(params=list(RUNS))
def result(request: pytest.FixtureRequest) -> Result:
    return RUNS[request.param]


def section(result: Result, name: str) -> Node:
    return parse(render_student(result)).one("section", id=name)


def test_the_first_section_tells_the_score_and_the_next_task() -> None:
    """The first screen holds the score, the verdicts, what is held, where the points went, and the notes."""
    assert section(made_up.mixed(), "verdict").text() == (
        "Week 1: from matmul to text 58 of 100 core points, 9 of 14 extra "
        "7 of 14 tasks pass. Next to mend: 1.3.1, Grouped query attention, worth 9 points. "
        "8 of the 58 points are held: they count for you, although staff will look at the checks "
        "behind them. "
        "PASS 7 FAIL 2 SKIPPED 3 INCONCLUSIVE 1 ERROR 1 "
        "Core points by task 50 points earned, 8 held for you, 15 not earned, 27 not judged. "
        "1.1.1: 8 of 8 1.1.2: 8 of 8 1.2.1: 7 of 7 1.2.2: 7 of 7 1.3.1: 0 of 9 1.3.2: 5 of 5 1.3.3: 0 of 9 "
        "1.4.1: 6 of 6 1.4.2: 6 of 6 1.5.1: 0 of 8 1.5.2: 5 of 5 1.5.3: 0 of 10 1.6: 6 of 6 1.7: 0 of 6 "
        "Day 1 16/16 Day 2 14/14 Day 3 5/23 Day 4 12/12 Day 5 5/23 Day 6 6/6 6 Day 7 0/6 7 "
        "One unit of width is one point. Filled: earned. Hatched: held. Outlined: judged and not earned. "
        "Dashed: not judged yet. "
        "About your submission as a whole bench.ipynb was left out: only Python sources "
        "and kernels are graded."
    )


def test_the_next_task_is_told_in_the_message_s_own_lines() -> None:
    """The first failing task whose needs pass is quoted in its five lines, with what waits for it."""
    assert section(made_up.mixed(), "next").text() == (
        "Do this next The first failing task whose needed tasks pass. 5 of the 8 cases of the check "
        "below pass. "
        "1.3.3, 1.5.1 and 1.5.3 wait for it (27 points). "
        "FAIL 1.3.1 Grouped query attention the result equals PyTorch for every shape and dtype "
        "what attention.scaled_dot_product_attention_grouped B=1 H_q=14 H=2 L=7 S=33 D=64 float16, seed 4242 "
        "expected float16[1, 14, 7, 64], each element within 4 eps of sum(p * |v|) "
        "got float16[1, 14, 7, 64], 2,670 of 6,272 elements outside; worst at [0, 5, 3, 14]: "
        "expected -0.499, got 0.795 "
        "region heads 1, 3, 5, 8, 10, 12 only, all positions "
        "hint KV heads were tiled; query head h reads KV head h // (H_q // H) "
        "rerun grader check 1.3.1 --case 9 All its checks: 1.3.1. After that: 1.7."
    )


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (
            made_up.skeleton(),
            "Do this next Nothing is written yet, so everything is still ahead of you. 1.1.1 is a good first "
            "step: it needs no other task. Write the function that the message names, then run the command "
            "in its last line; it takes seconds. FAIL 1.1.1 Softmax and scaled dot-product attention the "
            "result equals PyTorch for every shape and dtype what the function of 1.1.1(x float32[3, 4]), "
            "seed 1 expected float32[3, 4] got not implemented yet: NotImplementedError: task 1.1.1 "
            "rerun grader check 1.1.1",
        ),
        (
            made_up.week(),
            "Do this next Every task passes, and every edge check too. There is nothing left to mend.",
        ),
        (
            made_up.week(complete=False),
            "Do this next Everything that was graded passes. Submit again to grade the rest.",
        ),
        (
            made_up.week({"1.4.2": (Verdict.ERROR, made_up.BROKEN_GRADER)}),
            "Do this next Nothing for now. No check fails; what does not pass could not be judged, and costs "
            "you nothing. The reasons stand with the tasks.",
        ),
        (
            RUNS["nothing"],
            "Do this next This run has no results. Submit again: grader submit week1",
        ),
    ],
    ids=["nothing written", "all done", "cut off", "only held", "empty"],
)
def test_every_outcome_has_its_own_advice(run: Result, text: str) -> None:
    """Whatever the run found, the student reads one thing to do, or that there is none."""
    assert section(run, "next").text() == text


def test_a_failing_edge_check_is_the_advice_when_every_task_passes() -> None:
    """With full core points the page points at the extra points that are left."""
    first, *rest = made_up.week().tasks
    wrong = {"verdict": Verdict.FAIL, "points": 0.0, "message": made_up.TILED}
    checks = [replace(c, **wrong) if c.tier is Tier.EDGE else c for c in first.checks]
    run = made_up.week(tasks=(replace(first, checks=tuple(checks), extra_points=0.0), *rest))
    text = section(run, "next").text()
    assert text.startswith(
        "Do this next No task fails. What is left is worth extra points: this edge check, for one. "
        "FAIL 1.1.1 Softmax and scaled dot-product attention values near 1e-3 and 1e4 keep their precision"
    )
    assert "Every task passes. 1 extra point left." in section(run, "verdict").text()


def test_the_days_hold_every_task_once_with_its_points() -> None:
    """The strip of days lists day, title and tasks; the task to do next is the only shaded one."""
    days = section(made_up.mixed(), "days")
    assert days.one("ol").attrs["class"] == "days n7"
    assert [item.text() for item in days.one("ol").children if isinstance(item, Node)][2:4] == [
        "Day 3 Grouped query attention 1.3.1 0/9 Grouped query attention FAIL 1.3.2 5/5 Causal mask PASS "
        "1.3.3 0/9 Qwen2 attention block SKIPPED",
        "Day 4 RMSNorm and MLP 1.4.1 6/6 RMSNorm PASS 1.4.2 6/6 SiLU and the MLP ERROR",
    ]
    assert [item.one("a").text() for item in days.all("li", cls="next")] == ["1.3.1"]


def test_a_task_tells_its_checks_and_why_they_do_not_pass() -> None:
    """Details of a task: the table of checks, then one finding per reason, with frames and printed output."""
    task = section(made_up.mixed(), "tasks").one("details", id="t1.7")
    assert task.one("table").rows() == [
        ["check", "tier", "cases", "points", "verdict"],
        ["the result equals PyTorch for every shape and dtype core", "core", "5 of 8", "0 / 4", "FAIL"],
        ["any number of leading axes, none included core", "core", "5 of 8", "0 / 2", "FAIL"],
        ["the result has the dtype of the input style", "style", "5 of 8", "no points", "FAIL"],
    ]
    finding = task.one("div", cls="finding")
    assert finding.one("h3").text() == "FAIL the result equals PyTorch for every shape and dtype"
    assert finding.one("p", cls="dim").text() == "2 more checks of this task say the same."
    assert [frame.text() for frame in finding.one("ol").all("li")] == list(made_up.RAISED.traceback)
    assert finding.one("pre").raw().lstrip("\n") == made_up.RAISED.printed


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ("1.3.3", "SKIPPED: 1.3.1 has to pass first. 9 points still open, none lost."),
        (
            "1.4.2",
            "ERROR: The oracle ran out of memory. This is the grader's fault, not yours. 4 points held: they "
            "count for you, and staff will look at it. There is nothing for you to do.",
        ),
        (
            "1.6",
            "INCONCLUSIVE: The machine was too busy to time it. This could not be measured, which says "
            "nothing about your code. 4 points held: they count for you, until staff have repeated it. "
            "There is nothing for you to do.",
        ),
    ],
)
def test_a_verdict_that_judges_nothing_says_what_becomes_of_the_points(task: str, text: str) -> None:
    """SKIPPED, INCONCLUSIVE and ERROR each say in words whether points are open or held."""
    details = section(made_up.mixed(), "tasks").one("details", id=f"t{task}")
    assert details.one("div", cls="inside").all("p")[0].text() == text


def test_the_page_adds_up(result: Result) -> None:
    """Points of the tasks sum to the headline, in the summary lines and in the strip of days alike."""
    page = parse(render_student(result))
    figures = [node.text() for node in page.one("section", id="tasks").all("span", cls="points")]
    pairs = [tuple(float(number) for number in figure.split(" / ")) for figure in figures]
    assert (sum(got for got, _ in pairs), sum(most for _, most in pairs)) == (
        result.points,
        result.max_points,
    )
    in_days = [node.text() for node in page.one("section", id="days").all("span", cls="points")]
    assert in_days == [figure.replace(" / ", "/") for figure in figures]
    assert (
        page.one("p", cls="score")
        .text()
        .startswith(f"{result.points:g} of {result.max_points:g} core points")
    )


def test_the_page_is_well_formed(result: Result) -> None:
    """Ids are unique, every reference finds its target, headings and landmarks are there once."""
    page = parse(render_student(result))
    ids = [node.attrs["id"] for node in page.walk() if "id" in node.attrs]
    assert len(ids) == len(set(ids))
    links = {node.attrs["href"] for node in page.all("a")}
    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= set(ids)
    named = [node.attrs["aria-labelledby"] for node in page.walk() if "aria-labelledby" in node.attrs]
    assert {name for names in named for name in names.split()} <= set(ids)
    assert [len(page.all(tag)) for tag in ("h1", "header", "nav", "main", "footer", "title")][:5] == [1] * 5
    assert all("scope" in cell.attrs for cell in page.all("th"))


def test_nothing_is_fetched_and_only_the_page_s_own_script_and_style_run(result: Result) -> None:
    """No address leaves the page, and its policy allows exactly the style and the script that are in it."""
    page = parse(render_student(result))
    assert [
        node for node in page.walk() if {"src", "srcset", "action", "data", "poster"} & set(node.attrs)
    ] == []
    assert [
        name for node in page.walk() for name in node.attrs if name == "style" or name.startswith("on")
    ] == []
    assert "@import" not in page.one("style").raw()
    assert re.findall(r"url\(([^)]*)\)", page.one("style").raw()) == ["#hatch"]
    policy = page.all("meta")[1].attrs["content"]
    assert policy == (
        f"default-src 'none'; style-src '{_digest(page.one('style').raw())}'; "
        f"script-src '{_digest(page.one('script').raw())}'; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_same_result_gives_the_same_bytes(result: Result) -> None:
    """A page depends on its result alone: one that went through JSON gives the same bytes."""
    again = Result.from_json(result.to_json(), progress=result.progress)
    assert render_student(again).encode() == render_student(result).encode()


def test_banners_say_what_is_wrong_with_a_run() -> None:
    """An unsafe run, a cut-off one and one of chosen tasks each say so above the score."""
    tasks = tuple(task for task in made_up.mixed().tasks if task.id in ("1.1.1", "1.3.1"))
    run = replace(made_up.mixed(), unsafe=True, complete=False, selected=("1.1.1", "1.3.1"), tasks=tasks)
    assert [banner.text() for banner in section(run, "verdict").all("p", cls="banner")] == [
        "UNSAFE. This run was graded with a required layer of the sandbox missing, because it was told to. "
        "Its points are for practice. See how this was graded.",
        "This run was cut off. The report holds the 2 tasks that were finished; the points of the others are "
        "missing, not lost. Submit again to finish it.",
        "Only tasks 1.1.1 and 1.3.1 were asked for: this is not the score of the week.",
    ]
    assert len(section(run, "graded").all("p", cls="banner")) == 1
    assert section(made_up.mixed(), "verdict").all("p", cls="banner") == []


def test_how_it_was_graded_lists_layers_hashes_and_commands() -> None:
    """The sandbox is told as it was, and every command can be typed as it stands."""
    graded = section(replace(made_up.mixed(), submission="my work/it's", selected=("1.7",)), "graded")
    assert graded.one("table").rows()[1:] == [
        [layer.name, layer.holds, layer.state] for layer in made_up.mixed().sandbox
    ]
    assert "a probe tried what is forbidden: 31 of 31 forbidden attempts were refused." in graded.text()
    assert [code.raw() for code in graded.all("code")] == [
        "grader check 1.3.1 --case 9",
        "grader check 1.3.1",
        "grader submit week1 --submission 'my work/it'\"'\"'s' --student s017 --task 1.7",
        "grader show 2026-11-24-0249-7c19",
        "grader history",
    ]


@pytest.mark.parametrize("length", [1, 300, 20_000])
def test_a_huge_run_stays_under_the_limit_and_keeps_every_verdict(length: int) -> None:
    """With 200 failing checks and long messages the page shortens texts, says so, and drops no check."""
    text = ("<&>'\" " * length)[:length]
    base = made_up.week().tasks[0]
    message = Message("error", text, text, text, text, text, text, tuple([text] * 20), text)
    checks = tuple(
        replace(check, name=f"{check.name}-{i}", verdict=Verdict.FAIL, points=0.0,
                message=replace(message, got=f"{i} {check.name} {text}"))
        for i in range(5) for check in base.checks
    )  # fmt: skip
    tasks = tuple(
        replace(base, id=f"1.1.{n}", checks=checks, verdict=Verdict.FAIL, points=0.0) for n in range(10)
    )
    run = made_up.week(tasks=tasks)
    page = render_student(run)
    assert len(page.encode()) <= MAX_BYTES
    assert len(parse(page).all("tr")) == 200 + 10 + 1 + len(run.sandbox)
    assert ("Long messages were shortened here." in page) == (length > 1)
