"""What checks on Metal kernels conclude from dispatches that were run again: numbers, provenance, words, counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.course.arrays import make
from grader.course.metal import Limit, Traffic
from grader.course.model import Call, Strided
from grader.metal_result import Count
from grader.run import metal_messages as words
from grader.run.built import metal_problem
from grader.run.metal import came_out, handed_over
from grader.run.metal_counts import IDEAL, REFERENCE, compared, counted
from grader.worker.build import Built
from grader.worker.captures import Binding, Dispatch
from grader.worker.replays import Replayed, Setting
from kernels.simulator.diagnostics import Diagnostic, Thread
from kernels.simulator.symbols import Frame

VALUES = np.linspace(-2, 3, 24).reshape(4, 6)
ANSWER = make(VALUES, "float32")
NOTHING = Dispatch("k", "kernels", (), (1, 1, 1), (64, 1, 1), False)


def given(before: bytes, after: bytes = b"") -> Dispatch:
    """Return a dispatch with one input, or with an output if there is something after it."""
    return replace(NOTHING, bindings=(Binding(0, "output" if after else "input", False, before, after),))


def gave(*outputs: bytes) -> list[Replayed]:
    """Return a replay with these outputs."""
    return [Replayed(NOTHING, Setting(), dict(enumerate(outputs)))]


def test_an_answer_comes_out_of_a_kernel_if_an_output_has_its_bytes():
    assert came_out(ANSWER, gave(b"\0" * 96, ANSWER.data))
    assert came_out(ANSWER, gave(ANSWER.data + b"\0" * 32))  # a view of a larger buffer
    assert not came_out(ANSWER, gave(make(VALUES + 1, "float32").data))
    assert not came_out(ANSWER, gave())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_an_answer_may_be_the_outputs_numbers_in_another_dtype_or_order(dtype):
    wide = VALUES.astype(np.float32)
    assert came_out(make(wide, dtype), gave(wide.tobytes()))
    assert came_out(make(wide.T.copy(), "float32"), gave(wide.tobytes()))
    assert not came_out(make(wide * 1.5, dtype), gave(wide.tobytes()))


def test_a_kernel_that_is_given_the_answer_has_not_computed_it():
    call = Call({"a": make(VALUES + 1, "float32")})
    assert handed_over(ANSWER, [given(ANSWER.data)], call)
    assert not handed_over(ANSWER, [given(make(VALUES + 1, "float32").data)], call)


def test_an_answer_that_an_earlier_kernel_made_or_an_argument_holds_is_nobodys_fault():
    made_before = [given(b"", ANSWER.data), given(ANSWER.data)]
    assert not handed_over(ANSWER, made_before, Call({}))
    assert not handed_over(ANSWER, [given(ANSWER.data)], Call({"a": ANSWER}))
    assert not handed_over(ANSWER, [given(ANSWER.data)], Call({"a": Strided(ANSWER)}))
    zeros = make(np.zeros((4, 6)), "float32")
    assert not handed_over(zeros, [given(zeros.data)], Call({}))


RACE = Diagnostic(
    kind="threadgroup-race",
    kernel="k",
    frames=(Frame("k.metal", 3, "x = tile[i];"),),
    other_frames=(Frame("k.metal", 2, "tile[i] = y;"),),
    memory="threadgroup",
    name="tile",
    element=7,
    elements=32,
    thread=Thread((5, 0, 0), 5, 5, 0, (0, 1, 0)),
    other=Thread((39, 0, 0), 39, 7, 1, (0, 1, 0)),
    other_is_write=True,
)
FILES = {"k.metal": b"// 1\ntile[i] = y;\nx = tile[i];\n// 4\n"}


def test_a_race_becomes_a_finding_with_both_threads_and_the_lines_around():
    found = words.finding(RACE, Replayed(NOTHING, Setting(order="reversed")), FILES)
    assert found.kind == "threadgroup-race"
    assert found.region == "kernel k, run reversed"
    assert found.hint.startswith("usually: ")
    assert "k.metal:3" in found.got
    assert found.neutral == "threadgroup race in kernel k at k.metal:3"
    trace = found.trace
    assert trace is not None
    assert (trace.element, trace.simdgroups) == ("tile[7]", 2)
    assert [(a.what, a.thread, a.simdgroup, a.place) for a in trace.accesses] == [
        ("reads", (5, 0, 0), 0, "k.metal:3"),
        ("writes", (39, 0, 0), 1, "k.metal:2"),
    ]
    assert [(s.number, s.mark) for s in trace.source] == [
        (1, ""),
        (2, "write"),
        (3, "read"),
        (4, ""),
        (5, ""),
    ]


def test_texts_of_a_replay_are_cleaned():
    hostile = replace(RACE, name="t\x1b[31m\u202e", frames=())
    found = words.finding(hostile, Replayed(replace(NOTHING, kernel="k\x07"), Setting()), FILES)
    assert found.trace is not None
    for text in (found.got, found.region, found.trace.element, found.trace.kernel):
        assert text.isprintable()
    assert found.trace.source == ()


@pytest.mark.parametrize(
    ("changes", "soft"),
    [
        ({}, False),
        ({"same_value": True}, True),
        ({"same_value": False}, False),
        ({"kind": "lockstep-race"}, True),
    ],
)
def test_lockstep_and_equal_values_are_a_question_of_style(changes, soft):
    assert words.is_soft(replace(RACE, **changes)) is soft


def test_counts_are_scaled_to_all_threadgroups_and_summed_over_dispatches():
    counts = {"device_read_bytes": 10, "threadgroups": 8, "profiled_threadgroups": 2}
    assert counted([Replayed(NOTHING, Setting(), counts=counts)] * 2)["device_read_bytes"] == 80
    unprofiled = Replayed(NOTHING, Setting(), counts={"device_read_bytes": 10, "threadgroups": 8})
    assert counted([unprofiled])["device_read_bytes"] == 0


def test_counts_stand_beside_the_references_with_the_checks_limits():
    check = Traffic("t", "s", limits=(Limit("device bytes", 2.0),))
    yours = {"device_read_bytes": 30.0, "device_write_bytes": 6.0, "device_transactions": 4.0}
    yours["device_ideal_transactions"] = 2.0
    found = compared(check, "M = 1", yours, {"device_read_bytes": 12.0})
    assert found == (
        Count("device bytes", "M = 1", 36.0, REFERENCE, 12.0, 2.0),
        Count("device transactions", "M = 1", 4.0, REFERENCE, 0.0, None),
        Count("device transactions", "M = 1", 4.0, IDEAL, 2.0, None),
    )
    over = words.over(found[0])
    assert over.got == "36, 3.00x of the 12 of the reference"
    assert over.expected.endswith("(a proxy, not time)")


@pytest.mark.parametrize(
    ("metal", "cpu_only", "kind"),
    [
        ({}, {}, "missing"),
        ({"product.metal": ""}, {}, ""),
        ({"product.metal": "product.metal:3: no", "other.metal": ""}, {}, "does-not-compile"),
        ({"product.metal": "", "other.metal": "other.metal:3: no"}, {}, ""),
        ({"all.metal": "all.metal:3: no"}, {}, "does-not-compile"),
        ({"product.metal": ""}, {"product.cpp": "product.cpp:9: no"}, "does-not-compile"),
        ({"product.metal": ""}, {"other.cpp": "other.cpp:9: no"}, ""),
    ],
)
def test_a_broken_file_costs_the_op_that_needs_it_and_no_other(metal, cpu_only, kind):
    found, text = metal_problem(Built(metal=metal, cpu_only=cpu_only), "product")
    assert found == kind
    assert bool(text) is bool(kind)
