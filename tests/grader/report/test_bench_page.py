"""The pages of a benchmark and of a comparison: what was measured, well formed, and no text that runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from page_tree import Node, parse
from test_report_hostile import HOSTILE, spoiled

from grader.comparison import compare, from_bench
from grader.report.bench_page import render_bench
from grader.report.compare_page import render_comparison

sys.path.insert(0, str(Path(__file__).parents[1] / "bench"))
from made_up_bench import GROUP, RESULT, slower


def numbered(text: str):
    number = 1000
    while True:
        number += 1
        yield f"{text}#{number}#"


def shape_of(page: str) -> list[tuple[str, list[str]]]:
    return [(node.tag, sorted(node.attrs)) for node in parse(page).walk()]


def test_a_table_has_times_rates_and_who_was_left_out() -> None:
    """2 GFLOP in 40 ms are 50 GFLOP/s and 5 GB/s, half of what 10 GB/s allow at 10 FLOP per byte."""
    table = parse(render_bench(RESULT)).one("table")
    assert table.one("caption").text() == GROUP
    rows = table.rows()
    assert rows[0] == [
        "kernel", "time per call, log axis", "median 95 % interval", "GFLOP/s", "GB/s", "of roof",
    ]  # fmt: skip
    assert rows[2] == ["you", "", "40.0 ms 36.0 to 44.0", "50.0", "5.00", "50.0 %"]
    assert rows[4] == ["MLX", "", "4,000 ms 3,600 to 4,400", "0.500", "0.0500", "0.500 %"]
    assert ["MLX", "left out: a call would take about 13 s"] in rows


def test_the_page_says_what_the_figures_hold_for() -> None:
    """Machine, roofs, notes, environment and whether the run was finished."""
    page = parse(render_bench(replace(RESULT, complete=False)))
    text = page.text()
    for part in (
        "2 x Made Up CPU, 2 threads",
        "200 GFLOP/s in float32 and what 10.0 GB/s of memory allow",
        "the load average was 0.90 at the start",
        "This run was interrupted.",
        "5, fewer where calls are slow; 3 samples in all",
    ):
        assert part in text
    assert "interrupted" not in parse(render_bench(RESULT)).text()
    assert len(page.all("svg", **{"aria-labelledby": "roofline0-title roofline0-desc"})) == 1


def test_the_pages_are_well_formed_and_fetch_nothing() -> None:
    """Ids are unique, links and uses find them, every header has a scope, and nothing comes from elsewhere."""
    for page in (
        render_bench(RESULT),
        render_comparison(compare(from_bench(RESULT, "a"), from_bench(RESULT, "b"))),
    ):
        tree: Node = parse(page)
        ids = [node.attrs["id"] for node in tree.walk() if "id" in node.attrs]
        assert len(ids) == len(set(ids))
        targets = {node.attrs["href"] for node in tree.walk() if "href" in node.attrs}
        assert {target[1:] for target in targets} <= set(ids)
        assert {target[0] for target in targets} <= {"#"}
        assert all("scope" in cell.attrs for cell in tree.all("th"))
        assert tree.all("script") == []
        assert "script-src 'none'" in tree.all("meta")[1].attrs["content"]
        assert [n for n in tree.walk() if {"src", "style"} & set(n.attrs)] == []


def test_a_comparison_has_a_row_for_each_figure_and_a_word() -> None:
    """Medians with intervals, the ratio with its own, and what is to be said; other machines are warned of."""
    other = replace(slower(2.0), environment={"cpu": "another"})
    page = parse(render_comparison(compare(from_bench(RESULT, "a.json"), from_bench(other, "b.json"))))
    assert page.one("table").rows()[1:3] == [
        [
            "M = 1, bfloat16",
            "you",
            "40.0 ms [36.0, 44.0]",
            "80.0 ms [72.0, 88.0]",
            "2.00x [1.64, 2.44]",
            "slower",
        ],
        [
            "M = 1, bfloat16",
            "rung 6",
            "20.0 ms [18.0, 22.0]",
            "20.0 ms [18.0, 22.0]",
            "1.00x [0.818, 1.22]",
            "same",
        ],
    ]
    assert page.one("p", cls="banner").text().startswith("different machines")
    assert "2 slower, 0 faster, 3 same" in page.text()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_file_stays_text(text: str) -> None:
    """A JSON file may come from anybody: its texts add no element and no attribute."""

    def pages(word: str) -> tuple[str, str]:
        result = spoiled(replace(RESULT, shapes=RESULT.shapes[:1], order=()), numbered(word))
        return render_bench(result), render_comparison(
            compare(from_bench(result, word), from_bench(result, word))
        )

    for harmless, hostile in zip(pages("harmless"), pages(text), strict=True):
        assert shape_of(hostile) == shape_of(harmless)
