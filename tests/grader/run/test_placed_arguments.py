"""Arguments that exist in the worker alone: what the submission makes itself, and arrays that are not contiguous."""

from __future__ import annotations

import numpy as np
import pytest

from grader.course.arrays import make, numbers
from grader.course.model import Call, Case, Layer, Made, Strided
from grader.run import describe
from grader.run.oracle_calls import arguments
from grader.run.session import Checkpoints, Session
from grader.worker.client import WorkerSpec

SOURCE = """
class Weights:
    def __init__(self, layer):
        self.mine = layer

    @staticmethod
    def from_layer(layer):
        return Weights(layer)

def scales(x, w):
    return x + w.mine.scales
"""
LAYER = Layer(make(np.zeros((1, 8), np.uint32), "uint32"), make([[2.0]], "float32"), make([[0.5]], "float32"))
X = Strided(make(np.arange(6.0).reshape(2, 3), "float32"))
CALL = Call({"x": X, "w": Made("basics.Weights", "from_layer", LAYER)})


@pytest.fixture
def session(tmp_path):
    """Return a session on a submission that makes its own weights."""
    package = tmp_path / "student"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "basics.py").write_text(SOURCE)
    tmp_path.chmod(0o755)
    folders = Checkpoints(1)
    spec = WorkerSpec(package_dir=package, package_name="student", root=tmp_path)
    with Session(spec, None, folders) as started:
        yield started
    folders.close()


def test_the_submission_gets_what_it_made_and_an_array_of_other_strides(session):
    """Values are those of the call, whatever class holds the weights."""
    reply = session.invoke("basics.scales", CALL, public=True, deadline_s=5.0)
    assert numbers(reply.value).tolist() == [[2.0, 3.0, 4.0], [5.0, 6.0, 7.0]]


def test_an_oracle_gets_the_layer_and_the_numbers():
    """And the axes that lie swapped, by name."""
    found = arguments(CALL, lambda checkpoint: None)
    assert found["x"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert found["w"].scales.tolist() == [[2.0]]
    assert found["strided"] == {"x": (-1, -2)}


def test_both_are_told_to_the_student():
    """In the words of the call."""
    text = describe.call("basics.scales", CALL, Case({}, True, 1, 1))
    assert "x=float32[2, 3] with the axes -1 and -2 swapped in memory" in text
    assert "w=Weights.from_layer(<4-bit layer float32[1, 1 groups of 64]>)" in text
