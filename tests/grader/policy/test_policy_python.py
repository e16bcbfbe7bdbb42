"""What the text of a submission does: named in spite of aliases, told apart by whether the target reaches it."""

from __future__ import annotations

import pytest
from texts import DISGUISES, HONEST, certain, doubtful, look, written_out

from grader.course.week2.policy import FLASH_ATTENTION, QUANTIZED_MATMUL
from grader.paths import ROOT
from grader.policy import python
from grader.policy.rules import from_json, to_json

QMM = "mx.quantized_matmul"


@pytest.mark.parametrize("text", DISGUISES.values(), ids=DISGUISES)
def test_a_forbidden_name_is_found_through(text):
    """Whatever it is called by, the name is found, certainly, with the line."""
    found = certain(quantize=text)
    assert {name.rpartition(".")[2] for _, _, name in found} == {"quantized_matmul"}
    assert all(file == "quantize.py" and 1 <= line <= 7 for file, line, _ in found)


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST)
def test_nothing_is_certain_about(text):
    """What the targets do not do is no violation, however it looks."""
    assert certain(quantize=text) == []


def test_a_name_is_followed_through_modules():
    """Helpers in other files, re-exports, stars and relative imports lead to the line that does it."""
    found = certain(
        quantize="from .tools import *\nfrom . import more\ndef quantized_matmul(*a): return helper(*a)",
        tools="from .more import deep as helper",
        more="from student.last import mm\ndef deep(*a):\n    return mm(*a)",
        last="from mlx.core import quantized_matmul as mm",
    )
    assert found == [("more.py", 3, QMM)]


def test_a_value_put_into_another_module_counts():
    """A module that replaces the target from outside is read where it stands."""
    found = certain(
        quantize="def quantized_matmul(*a): ...",
        basics="MX\nfrom . import quantize\nsetattr(quantize, 'quantized_matmul', lambda *a: QMM(*a))",
    )
    assert found == [("basics.py", 3, QMM)]


def test_a_method_on_an_unknown_object_is_doubtful():
    """Whether it is that class's method cannot be told from the text."""
    text = "MX\nclass W:\n def go(self): return QMM()\ndef quantized_matmul(w): return w.go()"
    assert certain(quantize=text) == []
    assert doubtful(quantize=text) == [(3, QMM)]


def test_a_pair_is_certain_only_together():
    """Unpacking is doubtful; unpacking and a dense product, in any reached function, is not."""
    alone = "import mlx.core as mx\ndef quantized_matmul(a, w): return mx.dequantize(w)"
    assert (certain(quantize=alone), doubtful(quantize=alone)) == ([], [(2, "mx.dequantize")])
    both = alone + "\ndef quantized_linear(a, w): return a @ quantized_matmul(a, w)"
    assert certain(quantize=both) == [("quantize.py", 2, "mx.dequantize")]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("return softmax(q @ k.T) @ v", 4),
        ("s = (q @ k.T) * 0.5\n s = s + 1\n return mx.softmax(s, axis=-1) @ v", 6),
        ("return mx.softmax(mx.einsum('ld,sd->ls', q, k), axis=-1)", 4),
        ("return (q @ k.T).softmax() @ v", 4),
    ],
)
def test_materialised_scores_are_found(body, line):
    """A softmax over a product, made in one function, holds all scores at once."""
    text = f"import mlx.core as mx\nfrom .basics import softmax\ndef quantized_matmul(q, k, v):\n {body}"
    assert certain(quantize=text, basics="def softmax(x): ...") == [("quantize.py", line, "softmax")]


def test_an_online_softmax_in_python_is_not_taken_for_one():
    """Tiles, exponentials and corrections have no softmax over a product."""
    text = (
        "MX\ndef quantized_matmul(q, k, v):\n s = q @ k.T\n p = mx.exp(s - s.max())\n return p @ v / p.sum()"
    )
    assert certain(quantize=text) == []


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("eval('x')", "eval"),
        ("exec('x')", "exec"),
        ("getattr(mx, a)", "getattr(mlx.core, ...)"),
        ("importlib.import_module(a)", "importlib.import_module(...)"),
        ("importlib.reload(mx)", "importlib.reload"),
        ("ctypes.CDLL(None)", "ctypes.CDLL"),
        ("gc.get_objects()", "gc.get_objects"),
        ("np.matmul(a, a)", "np.matmul"),
    ],
)
def test_what_could_call_anything_is_doubtful(body, name):
    """It costs no points, and staff read it."""
    text = f"import ctypes, gc, importlib\nimport mlx.core as mx, numpy as np\ndef quantized_matmul(a):\n return {body}"
    assert certain(quantize=text) == []
    assert (4, name) in doubtful(quantize=text)


def test_the_evaluation_of_mlx_is_not_pythons_eval():
    """`mx.eval`, also imported by name, and a method of that name are harmless."""
    text = "import mlx.core as mx\nfrom mlx.core import eval\ndef quantized_matmul(a): mx.eval(a); eval(a); a.eval()"
    assert look(quantize=text) == []


def test_importing_the_reference():
    """Used by a target it is certain, imported only it is doubtful; a package of that name may name itself."""
    text = "from reference.quantize import quantized_matmul as q\ndef quantized_matmul(*a): return q(*a)"
    assert [n for _, _, n in certain(quantize=text)] == ["reference.quantize.quantized_matmul"]
    unused = "import reference.basics\ndef quantized_matmul(*a): ..."
    assert (certain(quantize=unused), doubtful(quantize=unused)) == ([], [(1, "reference.basics")])
    assert (
        look(
            package="reference", quantize="from reference.basics import x\ndef quantized_matmul(*a): return x"
        )
        == []
    )


NOT_PYTHON = {
    "nested brackets": b"x = " + b"(" * 5000,
    "operators": b"x = " + b"-" * 100_000 + b"1",
    "a long sum": b"x = " + b"1+" * 100_000 + b"1",
    "a long chain": b"x = a" + b".b" * 50_000,
    "nested functions": b"".join(b" " * i + b"def f():\n" for i in range(90)) + b" " * 90 + b"pass",
    "a null byte": b"x = 1\0",
    "no UTF-8": b"x = '\xff\xfe'",
    "an unknown encoding": b"# coding: klingon\nx = 1",
    "an encoding of bytes": b"# coding: hex\n7831",
    "a huge file": b"x = 1\n" * 100_000,
    "a huge number": b"x = " + b"9" * 100_000,
}


@pytest.mark.parametrize("content", NOT_PYTHON.values(), ids=NOT_PYTHON)
def test_hostile_text_ends_nothing(content):
    """What cannot be read is a doubtful finding, and the files beside it are read."""
    files = {"student/basics.py": content, "student/quantize.py": written_out(DISGUISES["directly"]).encode()}
    found = python.look(files, "student", "quantize.quantized_matmul", QUANTIZED_MATMUL)
    assert [f.name for f in found if f.certain] == [QMM]
    assert all(f.file == "student/basics.py" for f in found if not f.certain)


@pytest.mark.parametrize("name", ["reference", "student"])
def test_our_own_packages_are_clean(name):
    """The reference and the skeleton have nothing to report under the course's own rules."""
    files = {str(p.relative_to(ROOT)): p.read_bytes() for p in (ROOT / name).rglob("*.py")}
    assert python.look(files, name, "quantize.quantized_matmul", QUANTIZED_MATMUL) == []
    assert python.look(files, name, "attention.flash_attention", FLASH_ATTENTION) == []


def test_rules_travel_as_json():
    """The process that reads the text gets the rules as they are."""
    assert [from_json(to_json(f)) for f in (QUANTIZED_MATMUL, FLASH_ATTENTION)] == [
        QUANTIZED_MATMUL,
        FLASH_ATTENTION,
    ]
