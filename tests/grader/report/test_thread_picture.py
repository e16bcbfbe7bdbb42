"""The drawing of a finding in a Metal kernel, and the table of counts: who did what where, and which ratio is over."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from made_up import week

from grader.metal_result import Access, Count, SourceLine, Trace
from grader.report.counts import PROXY, exceeds, limit, ratio
from grader.report.render import render_student
from grader.report.threads import thread_picture
from grader.result import CheckResult, Message, Result, Tier, Verdict

READER = Access("reads", (5, 3, 0), (0, 1, 2), 3, 5, "flash_attention.metal:84")
WRITER = Access("writes", (12, 5, 0), (0, 1, 2), 5, 12, "flash_attention.metal:80")
RACE = Trace(
    kernel="flash_attention_f16",
    element="k_tile[332]",
    simdgroups=32,
    accesses=(READER, WRITER),
    source=(
        SourceLine(80, "    k_tile[row * 64 + d] = k[d];", "write"),
        SourceLine(81, "  }"),
        SourceLine(84, "    s += q[d] * k_tile[j * 64 + d];", "read"),
    ),
    file="flash_attention.metal",
    meaning="On a GPU the reader sees the old value or the new one.",
)
MESSAGE = Message("threadgroup-race", "what", "expected", "got", trace=RACE)


def _texts(drawn: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", drawn)


def test_both_threads_of_a_race_are_named_with_their_lines_and_what_they_touch():
    drawn = _texts(str(thread_picture(RACE)))
    for words in ("thread [5, 3, 0]", "thread [12, 5, 0]", "line 84", "line 80", "k_tile[332]"):
        assert drawn.count(words) == 1
    assert "nothing orders the two" in drawn


def test_the_simdgroups_in_question_are_filled_and_no_more_than_eight_are_drawn():
    drawn = str(thread_picture(RACE))
    assert drawn.count('class="hot"') == 2
    assert drawn.count('class="cold"') == 6
    last = replace(RACE, accesses=(replace(READER, simdgroup=31), WRITER))
    assert {"31", "5"} <= set(_texts(str(thread_picture(last))))


def test_threads_of_two_threadgroups_are_told_apart_by_their_threadgroups():
    drawn = _texts(
        str(thread_picture(replace(RACE, accesses=(READER, replace(WRITER, threadgroup=(7, 0, 0))))))
    )
    assert "threadgroup [0, 1, 2]" in drawn
    assert "threadgroup [7, 0, 0]" in drawn


def test_one_thread_alone_has_no_line_between():
    drawn = str(thread_picture(replace(RACE, accesses=(READER,))))
    assert 'class="missing"' not in drawn
    assert "thread [5, 3, 0]" in drawn


def test_nothing_is_drawn_without_a_thread():
    assert thread_picture(replace(RACE, accesses=())) == ""


def test_hostile_names_in_a_drawing_are_escaped():
    drawn = str(thread_picture(replace(RACE, kernel='"><script>', element="<b>x[1]")))
    assert "<script>" not in drawn
    assert "<b>" not in drawn


def _with(check: CheckResult) -> Result:
    result = week({})
    task = replace(result.tasks[0], checks=(check,), verdict=check.verdict)
    return replace(result, tasks=(task, *result.tasks[1:]))


def test_the_page_shows_source_drawing_and_meaning():
    page = render_student(_with(CheckResult("safe", "safe", Tier.CORE, Verdict.FAIL, message=MESSAGE)))
    assert 'class="threads"' in page
    assert RACE.meaning in page
    assert "k_tile[row * 64 + d] = k[d];" in page


def test_the_page_shows_counts_as_proxies_and_marks_what_is_over():
    counts = (
        Count("device bytes", "M = 1", 4096.0, "the reference", 1024.0, 2.0),
        Count("barriers", "M = 1", 12.0, "the reference", 12.0),
    )
    page = render_student(_with(CheckResult("traffic", "moves", Tier.CORE, Verdict.FAIL, counts=counts)))
    assert PROXY in page
    assert page.count('class="over"') == 1
    assert "4.00x" in page


@pytest.mark.parametrize(
    ("count", "words", "over"),
    [
        (Count("n", "", 3.0, "a", 2.0, 1.5), ("1.50x", "1.50x"), False),
        (Count("n", "", 3.2, "a", 2.0, 1.5), ("1.60x", "1.50x"), True),
        (Count("n", "", 1.0, "a", 0.0, 1.5), ("no bound", "1.50x"), True),
        (Count("n", "", 0.0, "a", 0.0), ("1.00x", "-"), False),
    ],
)
def test_a_ratio_is_over_its_limit_if_it_is_larger(count, words, over):
    assert (ratio(count), limit(count)) == words
    assert exceeds(count) is over


def test_a_result_with_a_trace_and_counts_comes_back_from_json():
    check = CheckResult(
        "safe", "s", Tier.CORE, Verdict.FAIL, message=MESSAGE, counts=(Count("n", "", 1.0, "a", 2.0, 3.0),)
    )
    assert Result.from_json(_with(check).to_json()).tasks[0].checks == (check,)
