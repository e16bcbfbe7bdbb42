"""The speed section: what was measured, against what, how sure, and what it means."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import made_up
import made_up_speed
import pytest
from made_up_speed import GATES, around, bar, measured
from page_tree import Node, parse

from grader.report import render_student
from grader.report.bars import END, Axis
from grader.report.gate_words import why
from grader.report.render import MAX_BYTES
from grader.report.speed import speed_section
from grader.result import Result


def speed(*gates: object) -> Node:
    page = render_student(measured(tuple(gates) or GATES))  # type: ignore[arg-type]
    return parse(page).one("section", id="speed")


def percents(node: Node, tag: str, cls: str, name: str) -> list[float]:
    return [float(mark.attrs[name].rstrip("%")) for mark in node.all(tag, cls=cls)]


def test_a_run_without_gates_has_no_speed_section() -> None:
    """Neither the section nor its line in the table of contents is there."""
    page = parse(render_student(made_up.mixed()))
    assert page.all("section", id="speed") == []
    assert page.all("a", href="#speed") == []


def test_the_contents_tell_how_many_gates_pass() -> None:
    """The rail of sections leads there and says how many of the gates pass."""
    page = parse(render_student(measured()))
    assert page.one("nav").one("a", href="#speed").text() == "Speed 2 of 7"


def test_a_gate_is_a_table_of_medians_intervals_and_ratios() -> None:
    """One row per implementation, the submission's first, with the gate and its verdict above."""
    table = speed().all("table")[0]
    assert table.one("caption").text() == made_up_speed.KERNEL
    assert table.rows()[:8] == [
        ["kernel", "time per call, log axis", "median 95 % interval", "to rung 2"],
        ["M = 1, bfloat16 0.931x of rung 2 [0.903, 0.959] PASS"],
        ["you", "", "3.65 ms 3.58 to 3.72", "0.931x"],
        ["rung 1", "", "16.8 ms 16.5 to 17.1", "4.29x"],
        ["rung 2", "", "3.92 ms 3.84 to 4.00", "1.00x"],
        ["last rung", "", "0.180 ms 0.176 to 0.184", "0.0459x"],
        ["MLX", "", "33.7 ms 33.0 to 34.4", "8.60x"],
        ["torch", "", "0.310 ms 0.304 to 0.316", "0.0791x"],
    ]
    assert table.rows()[8][0] == "gate: 1.15x of rung 2 gate 4.51"


def test_bars_stand_where_the_numbers_are() -> None:
    """On the log axis a bar ends at its median, whiskers at the interval, and the gate at its multiple of rung 2."""
    axis = Axis.over([0.5e-3, 80e-3])
    assert [label for _, label in axis.decades()] == ["0.1", "1", "10", "100"]
    assert axis.at(1e-3) == pytest.approx(END / 3)
    assert axis.at(100e-3) == pytest.approx(END)
    gate = made_up_speed.kernel(1, "PASS", {"yours": 1.0, "rung 2": 10.0}, threshold=2.0)
    table = speed(gate).one("table")
    first, last = -1, 2  # decades in ms that hold 0.98 to 20

    def place(ms: float) -> float:
        return END * (math.log10(ms) - first) / (last - first)

    row = table.one("tr", cls="you")
    assert percents(row, "rect", "you-bar", "width") == pytest.approx([place(1.0)], abs=0.01)
    assert percents(table, "line", "gate", "x1") == pytest.approx([place(20.0)], abs=0.01)
    assert [use.attrs["href"] for use in row.all("use")] == ["#shape0-0-grid", "#interval", "#shape0-0-gate"]
    whisker = row.one("svg", **{"x": f"{place(0.98):.2f}%"})
    assert float(whisker.attrs["width"].rstrip("%")) == pytest.approx(place(1.02) - place(0.98), abs=0.01)


@pytest.mark.parametrize(
    ("gate", "sentence"),
    [
        (GATES[0], ""),
        (
            GATES[1],
            "Wall time and CPU time both lie above the gate: wall time 1.69x [1.64, 1.74], "
            "CPU time 1.69x [1.64, 1.74].",
        ),
        (
            replace(GATES[1], cpu=around(0.9)),
            "Wall time, which decides for several threads, lies above the gate: wall time 1.69x [1.64, 1.74], "
            "CPU time 0.900x [0.873, 0.927].",
        ),
        (
            GATES[2],
            "The interval still spans the gate of 1.15x after fresh processes. Measured: wall time 1.16x "
            "[0.980, 1.41], CPU time 1.14x [1.10, 1.19], over 60 rounds and 2 processes. That cannot be "
            "believed either way, so it costs no points; staff will measure again.",
        ),
        (
            GATES[3],
            "Half of the calls took less than the 0.3 ms that this machine needs at its peak. Such a figure "
            "cannot be true, so it proves nothing.",
        ),
        (GATES[5], "Memory lies above the gate."),
        (GATES[6], "Throughput lies below the gate: throughput 1.02x [0.990, 1.05]."),
    ],
    ids=["pass", "fail", "several threads", "inconclusive", "invalid", "memory", "throughput"],
)
def test_every_verdict_says_what_it_rests_on(gate: object, sentence: str) -> None:
    """FAIL names the channels, INCONCLUSIVE what was measured and why it cannot be believed, INVALID why."""
    assert why(gate) == sentence  # type: ignore[arg-type]


def test_a_verdict_is_a_word_with_its_shape() -> None:
    """The word is there for every verdict; its class gives shape and colour, a text of another origin gets none."""
    heads = [node.one("span", cls="verdict") for node in speed().all("tr", cls="shape")]
    assert [(head.text(), head.attrs["class"]) for head in heads] == [
        ("PASS", "verdict P"),
        ("FAIL", "verdict F"),
        ("INCONCLUSIVE", "verdict I"),
        ("INVALID", "verdict F"),
        ("FAIL", "verdict F"),
    ]


def test_the_roofline_says_which_share_of_which_roof_is_reached() -> None:
    """Its description holds the figures; what is drawn has a mark per implementation and shape."""
    chart = speed().one("svg", **{"aria-labelledby": "roofline0-title roofline0-desc"})
    assert (
        chart.one("desc")
        .text()
        .startswith(
            "M = 1, bfloat16: you reach 2.39 of the 101 GFLOP/s that memory allows (2.36 %). "
            "M = 32, bfloat16: you reach 1.78 of the 202 GFLOP/s that arithmetic allows (0.879 %)."
        )
    )
    assert len(chart.all("circle", cls="rung")) == 3 + 3 + 2
    assert len(chart.all("path", cls="you-mark")) == 3
    assert len(chart.all("path", cls="other-mark")) == 6
    roof = chart.all("line", cls="roof")
    assert [line.attrs["x2"] for line in roof][-1] == "100%"
    assert roof[0].attrs["y2"] == roof[1].attrs["y1"] == roof[1].attrs["y2"]


def test_a_shape_with_no_more_work_per_byte_is_not_drawn_over_another() -> None:
    """Of two dtypes of one shape the roofline holds the first, and says so."""
    twice = (GATES[0], replace(GATES[0], label="M = 1, float16"))
    section = speed(*twice)
    assert len(section.all("path", cls="you-mark")) == 1
    assert "of shapes with the same work per byte the first is drawn" in section.text()


@pytest.mark.parametrize("missing", ["flops", "moved_bytes", "peak_flops"])
def test_without_counts_there_is_no_roofline(missing: str) -> None:
    """A gate whose work or whose machine was not measured still has its table."""
    section = speed(replace(GATES[0], **{missing: 0.0}))
    assert "roof" not in section.text()
    assert len(section.all("table")) == 1


def test_growth_is_drawn_for_gates_that_compare_a_submission_with_itself() -> None:
    """Time per token and memory are charts over the length, with the gate as a line; both start at zero."""
    section = speed()
    questions = [head.text() for head in section.all("h3")][-2:]
    assert questions == ["Does a token cost more as the text grows?", "Does memory grow as the text grows?"]
    time, memory = (
        section.one("svg", **{"aria-labelledby": f"growth{i}-title growth{i}-desc"}) for i in (0, 1)
    )
    assert time.one("desc").text() == "Time is 9.70 ms at position 50, 11.0 ms at position 500."
    assert memory.one("desc").text() == (
        "Memory is 2.00 MiB at length 512, 8.00 MiB at length 1,024, 32.0 MiB at length 2,048."
    )
    # 0 to 16 ms over 200 px; the gate at 1.5 times 9.7 ms
    assert [mark.attrs["cy"] for mark in time.all("circle")] == ["78.8", "62.5"]
    assert time.one("line", cls="gate").attrs["y1"] == "18.1"
    caption = section.all("figcaption")[-2].text()
    assert caption == (
        "2.1 decoding with a cache, a token at 500 against one at 50: 1.14x of position 50 [1.11, 1.18], "
        "gate 1.50x. PASS"
    )


def test_a_bound_in_words_is_the_gate_of_a_growth_chart() -> None:
    """Memory at two sizes against "the bound" is drawn over the size, with the bound as the line."""
    bars = (bar("L = S = 512", 1e6, 0), bar("L = S = 3072", 6e6, 0), bar("the bound", 8e6, 0))
    gate = replace(GATES[5], label="L = S = 3072", verdict="PASS", against="the bound", threshold=1.0,
                   wall=(0.75, 0.75, 0.75), bars=bars)  # fmt: skip
    section = speed(gate)
    assert section.all("table") == []
    assert section.one("desc").text() == ("Memory is 0.954 MiB at L = S 512, 5.72 MiB at L = S 3,072.")
    assert "0.750x of the bound [0.750, 0.750], gate 1.00x. PASS" in section.one("figcaption").text()
    assert section.one("text", cls="gate-text").text() == "gate 7.63"


def test_pictures_beside_numbers_are_hidden_and_others_are_told() -> None:
    """Every svg either has a title and a description or is decorative beside its numbers."""
    for chart in speed().all("svg"):
        if "height" in chart.attrs and chart.attrs["width"] != "1":
            named = [len(chart.all(tag)) for tag in ("title", "desc")]
            assert (chart.attrs.get("aria-hidden"), named) in (("true", [0, 0]), (None, [1, 1]))


@pytest.mark.parametrize("value", [0.0, 1e-12, 1e9])
def test_senseless_figures_are_drawn_too(value: float) -> None:
    """A time of zero or of decades gives a page whose marks lie inside their pictures."""
    gate = replace(GATES[0], bars=(bar("yours", value), bar("rung 2", 1e-3)))
    places = re.findall(r'(?:x1|x2|x|width)="(-?[0-9.]+)%"', render_student(measured((gate,))))
    assert len(places) > 50
    assert all(0 <= float(place) <= 100 for place in places)


def test_a_run_of_many_gates_stays_under_the_limit() -> None:
    """Forty gates with six implementations each fit into a page."""
    gates = tuple(replace(GATES[i % 2], label=f"M = {i}, bfloat16") for i in range(40))
    page = render_student(measured(gates))
    assert len(page.encode()) <= MAX_BYTES
    assert len(parse(page).all("tr", cls="shape")) == 40


def test_the_section_survives_the_result_file() -> None:
    """A result that went through JSON gives the same section."""
    run = measured()
    assert speed_section(Result.from_json(run.to_json())) == speed_section(run)
