"""Whatever a submission does on a hidden case, its message holds no number of the case (property-based)."""

from __future__ import annotations

import re

import numpy as np
import pytest
from fake_submission import outcome
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.course.arrays import make
from grader.course.catalog import COURSE
from grader.course.model import CaseCheck, KeepsDtype, Matches, Unchanged
from grader.worker.client import Reply
from grader.worker.faults import KINDS, Fault
from grader.worker.wire import Array, Handle

# one check of every target, which is one of every way to build a case
CHECKS = {
    c.target: c
    for w in COURSE.weeks
    for t in w.tasks
    for c in t.checks
    if isinstance(c, Matches) and "checkpoint" not in c.hidden[0]
}
# what may hold digits and is the same for every case: names of targets and dtypes, the bound, a number of axes
HARMLESS = re.compile(
    r"basics\.py:12|[a-z_0-9]+\.[A-Za-z_0-9]+|\b(?:bfloat|float|u?int|complex)\d+|within \d+ eps|\b\d (?:leading )?axes"
    r"|\d expected|grader check 9\.1"
)


def _text(message):
    """Return everything a student reads of it but the hint, whose numbers are the course's."""
    parts = (message.called, message.expected, message.got, message.region, message.rerun, message.printed)
    return "\n".join((*parts, *message.traceback))


def _replies(call):
    """Return a strategy of replies that try to carry the case's numbers out."""
    secret = f"{[v.shape for v in call.named().values() if isinstance(v, Array)]} 4711"
    text = st.just(secret)
    dtypes = st.sampled_from(["float16", "bfloat16", "float32", "int32", "uint8", "bool"])
    shapes = st.sampled_from(
        [(), (3,), (5, 7), (2, 3, 4, 5), *(v.shape for v in call.args.values() if isinstance(v, Array))]
    )
    arrays = st.builds(
        lambda d, s, n: make(np.full(s, n), d),
        dtypes,
        shapes,
        st.sampled_from([0.0, 1e30, np.nan, np.inf, 0.123]),
    )
    names = st.sampled_from(["ValueError", "NotImplementedError", "MissingTarget", "ImportError", "Leak4711"])
    faults = st.builds(
        lambda kind, n, t: Fault(kind, t, n, (f"basics.py:12 in f: {t}: x",), t),
        st.sampled_from(KINDS),
        names,
        text,
    )
    return st.one_of(
        st.none(),
        text,
        st.integers(),
        st.floats(),
        st.lists(arrays, max_size=2),
        arrays,
        faults,
        st.just(Handle(1, f"Leak{secret}")),
        st.dictionaries(text, arrays, max_size=1),
    )


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
@pytest.mark.filterwarnings("ignore:overflow encountered in cast")
@pytest.mark.parametrize("name", CHECKS)
@settings(max_examples=8, deadline=None, database=None)
@given(data=st.data())
def test_no_number_of_a_hidden_case_reaches_the_message(name, data):
    """Wrong values, shapes, dtypes, types, exceptions, crashes: only words, whatever text the submission adds."""
    check = _hidden_only(CHECKS[name])
    found = outcome(check, lambda t, c: data.draw(_replies(c)), printed="4711")
    if found.message is not None:
        assert re.findall(r"\d+", HARMLESS.sub("", _text(found.message))) == []


def _hidden_only(check):
    """Return the check with its first hidden case alone."""
    kept = {f: getattr(check, f) for f in check.__dataclass_fields__}
    return type(check)(**{**kept, "public": (), "hidden": check.hidden[:1]})


@pytest.mark.parametrize("kind", [Unchanged, KeepsDtype])
def test_other_kinds_say_as_little(kind):
    """A check of another kind with hidden cases keeps the rule too."""
    base = CHECKS["basics.softmax"]
    check = kind("c", "s", target=base.target, inputs=base.inputs, hidden=base.hidden[:1])
    assert isinstance(check, CaseCheck)
    for value in (make([[4711.0]], "float64"), Handle(1, "Leak4711"), Fault("ERROR", "4711", "Leak4711")):
        reply = (
            value
            if isinstance(value, Fault)
            else Reply(value, (make([4711.0], "float32"),), "4711", 0.0, 0.0)
        )
        found = outcome(check, lambda t, c, r=reply: r)
        assert re.findall(r"\d+", HARMLESS.sub("", _text(found.message))) == []
