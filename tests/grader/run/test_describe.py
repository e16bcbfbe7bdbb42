"""The line that says what was called, and the words for what came in place of an answer."""

from __future__ import annotations

import pytest

from grader.course import inputs
from grader.course.arrays import make
from grader.course.model import Call, Case, Checkpoint, Layer
from grader.run import describe
from grader.worker.faults import KINDS, Fault
from grader.worker.wire import Dtype


def test_a_function_is_called_with_shapes_and_dtypes():
    """The call as a student would write it, then the case and what is special about its numbers."""
    case = Case({"values": "small", "shape": (2, 3)}, True, 1, 4)
    call = Call({"x": make([[1, 2, 3], [4, 5, 6]], "float16"), "axis": -1})
    assert describe.call("basics.softmax", call, case) == (
        "basics.softmax(x=float16[2, 3], axis=-1); case 4, values=small"
    )


def test_an_object_is_constructed_and_then_called():
    """Constructor, method and call in one line; slices, dtypes, layers and checkpoints are readable."""
    layer = Layer(make([[1, 2]], "uint32"), make([[1.0]], "float16"), make([[1.0]], "float16"), 64)
    call = Call(
        {"x": [slice(1, 3), slice(0, 2)], "layer": layer},
        {"dtype": Dtype("float16")},
        init={"model": Checkpoint("random-tied", "float16")},
        init_by_name={"base": 500},
        method="as_linear",
    )
    assert describe.call("m.C", call, Case({}, True, 1, 2)) == (
        "m.C(model=<random-tied, float16>, base=500).as_linear(x=[slice(1, 3), slice(0, 2)], "
        "layer=<4-bit layer float16[1, 1 groups of 64]>, dtype=mx.float16); case 2"
    )


def test_a_hidden_case_is_named_by_its_kind():
    """How many axes, which kinds; no number of the case."""
    axes = {
        "lead": (7, 9),
        "L": 13,
        "dtype": "float16",
        "mask": "causal",
        "scale": 0.37,
        "start": (5, 6),
        "t": True,
    }
    assert describe.hidden("attention.f", Case(axes, False, 3)) == (
        "attention.f, a hidden case: 2 leading axes, float16, mask=causal, one start per row, t=True"
    )


@pytest.mark.parametrize(
    ("fault", "kind", "got", "neutral"),
    [
        (
            Fault("ERROR", "your task 1.1.1", "NotImplementedError"),
            "not-implemented",
            "not implemented: your task 1.1.1",
            "not implemented",
        ),
        (
            Fault("ERROR", "basics has no softmax", "MissingTarget"),
            "missing",
            "basics has no softmax",
            "a function or class that is called is missing",
        ),
        (
            Fault("ERROR", "No module named 'einops'", "ModuleNotFoundError"),
            "import",
            "ModuleNotFoundError: No module named 'einops'",
            "an exception: ModuleNotFoundError",
        ),
        (
            Fault("ERROR", "12 != 13", "ValueError"),
            "error",
            "ValueError: 12 != 13",
            "an exception: ValueError",
        ),
        (Fault("ERROR", "", "ValueError"), "error", "ValueError", "an exception: ValueError"),
        (Fault("ERROR", "x", "Leak_12_13"), "error", "Leak_12_13: x", "an exception"),
        (
            Fault("TIMEOUT", "it was in softmax"),
            "timeout",
            "no answer within 5 s: it was in softmax",
            "no answer within the time limit",
        ),
        (Fault("EXIT", "it left with 17", "17"), "exit", "it left with 17", "the process exited"),
        (
            Fault("CRASH", "ended by SIGSEGV", "SIGSEGV"),
            "crash",
            "ended by SIGSEGV",
            "the process was ended: CRASH",
        ),
    ],
)
def test_faults_have_words_of_their_own(fault, kind, got, neutral):
    """Each usual non-answer; the neutral form holds nothing that the submission wrote."""
    finding = describe.fault(fault, "the right answer", 5.0)
    assert (finding.kind, finding.got, finding.neutral) == (kind, got, neutral)
    assert finding.expected == "the right answer"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_fault_has_a_word_and_a_neutral_form(kind):
    """No fault of a worker is without a name in the result."""
    finding = describe.fault(Fault(kind, "secret 4711", "Secret4711"), "e", 1.0)
    assert finding.kind == describe.KINDS[kind]
    assert "4711" not in finding.neutral
    assert finding.neutral


def test_hidden_tracebacks_hold_file_and_line_alone():
    """A function may be named after what it was called with, and a name may hold a colon."""
    trace = ("basics.py:12 in softmax: 5, 6: return x / y", "a/b.py:3 in <module>: import einops")
    assert describe.without_names(trace) == ("basics.py:12", "a/b.py:3")


def test_every_builder_is_documented():
    """An input builder says what it builds; the course names it."""
    builders = [
        f for n, f in vars(inputs).items() if callable(f) and getattr(f, "__module__", "") == inputs.__name__
    ]
    assert [f.__name__ for f in builders if not f.__name__.startswith("_") and not f.__doc__] == []
