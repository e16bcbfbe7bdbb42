"""The skeleton keeps everything of the reference but what students are to write."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader import skeleton
from grader.course.week1 import WEEK
from grader.course.week2 import WEEK as WEEK2
from grader.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]
BLANKS = {
    "basics.py": {"softmax": "1.1.1", "linear": "1.1.2", "silu": "1.4.2"},
    "attention.py": {
        "scaled_dot_product_attention_simple": "1.1.1",
        "SimpleMultiHeadAttention": "1.1.2",
        "scaled_dot_product_attention_grouped": "1.3.1",
        "causal_mask": "1.3.2",
    },
    "positional_encoding.py": {"RoPE": "1.2.1"},
    "layer_norm.py": {"RMSNorm": "1.4.1"},
    "embedding.py": {"Embedding": "1.5.2"},
    "quantize.py": {"dequantize_linear": "1.5.3"},
    "qwen2_week1.py": {
        "Qwen2MultiHeadAttention": "1.3.3",
        "Qwen2MLP": "1.4.2",
        "Qwen2TransformerBlock": "1.5.1",
        "Qwen2ModelWeek1": "1.5.3",
    },
    "generate.py": {"simple_generate": "1.6"},
    "sampler.py": {"make_sampler": "1.7"},
}

MODULE = '''"""Two chapters."""

from collections.abc import Callable
from math import (
    cos,
    pi,
    sin,
)

from .here import area, volume

RADIUS = pi  # stays


# Only the solution needs this.
@cache
def _square(x: float) -> float:
    return x * x


def kept(f: Callable[[float], float]) -> float:
    # a reason that stays
    return area(f(sin(1.0)))


@cache
def asked(
    x: float,  # in metres
    y: float = 1.0,
) -> float:
    """Say what is wanted.

    More of it.
    """

    # the trick
    z = cos(x)
    return volume(_square(z), y)
    # the afterthought


class Asked:
    """A class."""

    unit = "m"

    def __init__(self, x: float = 2.0):
        """Keep x."""
        self.x = x

    @property
    def name(self) -> str: return "asked"

    def documented(self) -> None:
        """Nothing but words."""

    def _secret(self) -> float:
        return 7.0
'''

BLANKED = '''"""Two chapters."""

from collections.abc import Callable
from math import (
    pi,
    sin,
)

from .here import area

RADIUS = pi  # stays


def kept(f: Callable[[float], float]) -> float:
    # a reason that stays
    return area(f(sin(1.0)))


@cache
def asked(
    x: float,  # in metres
    y: float = 1.0,
) -> float:
    """Say what is wanted.

    More of it.
    """
    raise NotImplementedError("task 9.1: implement asked")


class Asked:
    """A class."""

    unit = "m"

    def __init__(self, x: float = 2.0):
        """Keep x."""
        raise NotImplementedError("task 9.2: implement Asked.__init__")

    @property
    def name(self) -> str:
        raise NotImplementedError("task 9.2: implement Asked.name")

    def documented(self) -> None:
        """Nothing but words."""
'''


def _package(tmp_path: Path, name: str) -> Path:
    target = tmp_path / name
    skeleton.write(skeleton.generate(ROOT / "reference", target, BLANKS), target)
    return target


def test_blank_replaces_bodies_and_keeps_the_rest():
    """Bodies, private functions and orphaned imports go; every other line stays as it was."""
    got = skeleton.blank(MODULE, {"asked": "9.1", "Asked": "9.2"})
    # One line is enough for what is left of the import in parentheses.
    assert got == BLANKED.replace("import (\n    pi,\n    sin,\n)", "import pi, sin")


def test_blank_without_names_changes_nothing():
    """A module of which nothing is asked keeps its private functions where they are used."""
    assert skeleton.blank(MODULE, {}) == MODULE


def test_imports_that_were_never_used_stay():
    """An import that the original did not use is there for others, and stays."""
    source = "import re  # noqa: F401\n\nimport mlx.core as mx\n\n\ndef f(x):\n    return mx.exp(x)\n"
    want = 'import re  # noqa: F401\n\n\ndef f(x):\n    raise NotImplementedError("task 1: implement f")\n'
    assert skeleton.blank(source, {"f": "1"}) == want


def test_names_in_quoted_annotations_and_all_count_as_used():
    """A name that only a string mentions still needs its import."""
    source = (
        "from a import exported, hinted, hidden\n\n"
        '__all__ = ["exported", "f"]\n\n\ndef f(x: "hinted") -> None:\n    hidden(exported)\n'
    )
    want = source.replace(", hidden\n", "\n").replace(
        "    hidden(exported)", '    raise NotImplementedError("task 1: implement f")'
    )
    assert skeleton.blank(source, {"f": "1"}) == want


def test_a_private_function_that_is_still_used_stays():
    """What an unblanked function calls is kept, and so is what that calls in turn."""
    source = (
        "def _a():\n    return _b()\n\n\ndef _b():\n    return 1\n\n\ndef _c():\n    return _a()\n\n\n"
        "def kept():\n    return _a()\n\n\ndef asked():\n    return _c()\n"
    )
    want = source.replace("def _c():\n    return _a()\n\n\n", "").replace(
        "    return _c()", '    raise NotImplementedError("task 1: implement asked")'
    )
    assert skeleton.blank(source, {"asked": "1"}) == want


def test_unknown_names_are_refused():
    """A typing error in the course is found when the skeleton is made."""
    with pytest.raises(ValueError, match=r"no function or class 'softmx', only softmax, linear, silu"):
        skeleton.generate(ROOT / "reference", Path("student"), {"basics.py": {"softmx": "1"}})
    with pytest.raises(ValueError, match=r"no file 'basic\.py'"):
        skeleton.generate(ROOT / "reference", Path("student"), {"basic.py": {"softmax": "1"}})


def test_blanks_of_reads_a_week():
    """The tasks' `blanks` become file, name and task; of two tasks that share a name the first counts."""
    tasks = [
        SimpleNamespace(id="1.1.1", blanks=("basics.softmax", "attention.simple")),
        SimpleNamespace(id="1.2.1", blanks=("positional_encoding.RoPE",)),
        SimpleNamespace(id="1.2.2", blanks=("positional_encoding.RoPE",)),
        SimpleNamespace(id="1.4.2", blanks=("basics.silu",)),
    ]
    assert skeleton.blanks_of(SimpleNamespace(tasks=tasks)) == {
        "basics.py": {"softmax": "1.1.1", "silu": "1.4.2"},
        "attention.py": {"simple": "1.1.1"},
        "positional_encoding.py": {"RoPE": "1.2.1"},
    }


def test_write_never_overwrites_work(tmp_path: Path):
    """A file that differs is kept and nothing else is written either; `force` overwrites it."""
    texts = {"a.py": "A = 1\n", "b.py": "B = 1\n"}
    (tmp_path / "b.py").write_text("B = 2\n")
    with pytest.raises(UsageError, match=r"has work in b\.py"):
        skeleton.write(texts, tmp_path)
    assert not (tmp_path / "a.py").exists()
    assert skeleton.write(texts, tmp_path, force=True) == ["a.py", "b.py"]
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == texts
    assert skeleton.write(texts, tmp_path) == []


def test_the_course_asks_for_the_whole_contract():
    """The blanks of Week 1 are the functions and classes of the contract, each with the task that it is."""
    assert skeleton.blanks_of(WEEK) == BLANKS


def test_the_committed_skeleton_is_the_generated_one():
    """`student/` is never edited by hand: `python -m grader.skeleton --force` makes it again."""
    if not (ROOT / "student").is_dir():
        pytest.skip("student/ has not been generated: python -m grader.skeleton")
    want = skeleton.generate(ROOT / "reference", ROOT / "student", skeleton.blanks_of(WEEK, WEEK2))
    assert {p.name: p.read_text() for p in (ROOT / "student").glob("*.py")} == want


def test_the_command_writes_the_skeleton_once(tmp_path: Path):
    """Files are written, then found unchanged; work is kept with one sentence and exit code 2."""
    target = tmp_path / "student"
    command = [sys.executable, "-m", "grader.skeleton", "--target", str(target)]
    total = len(skeleton.generate(ROOT / "reference", target, {}))

    def run(*options: str) -> tuple[int, str, str]:
        done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr

    assert run() == (0, f"{target}: {total} of {total} files written\n", "")
    assert run() == (0, f"{target}: 0 of {total} files written\n", "")
    (target / "basics.py").write_text("# my work\n")
    assert run() == (2, "", f"error: {target} has work in basics.py: give --force to overwrite it\n")
    assert (target / "basics.py").read_text() == "# my work\n"
    assert run("--force") == (0, f"{target}: 1 of {total} files written\n", "")


def test_the_skeleton_has_the_files_of_the_reference():
    """Every file of the course is there, unblanked ones word for word but for the command that starts them."""
    texts = skeleton.generate(ROOT / "reference", ROOT / "student", BLANKS)
    paths = [p for p in (ROOT / "reference").glob("*.py") if p.name not in skeleton.LEFT_OUT]
    originals = {p.name: p.read_text() for p in paths}
    assert set(texts) == set(originals)
    for name in set(originals) - set(BLANKS):
        assert texts[name] == originals[name].replace("python -m reference", "python -m student")


def test_the_skeleton_is_clean(tmp_path: Path):
    """Students start from files in which neither the linter nor the formatter finds anything."""
    target = _package(tmp_path, "student")
    for command in (["check"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml"), str(target)]
        done = subprocess.run(ruff, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_blank_says_its_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each module of the skeleton imports, and each name in it raises with the id of its task."""
    target = _package(tmp_path, "skeleton_under_test")
    monkeypatch.syspath_prepend(str(tmp_path))
    for file, names in BLANKS.items():
        module = importlib.import_module(f"{target.name}.{file[:-3]}")
        for name, task in names.items():
            asked = getattr(module, name)
            function = asked.__init__ if isinstance(asked, type) else asked
            arguments = [None] * function.__code__.co_argcount
            what = f"{name}.__init__" if isinstance(asked, type) else name
            with pytest.raises(NotImplementedError) as caught:
                function(*arguments)
            assert str(caught.value) == f"task {task}: implement {what}"


def test_no_secret_of_the_solution_is_left():
    """Nothing private is left in a blanked file, neither functions nor methods."""
    texts = skeleton.generate(ROOT / "reference", ROOT / "student", BLANKS)
    private = [line for file in BLANKS for line in texts[file].splitlines() if "def _" in line]
    assert {line.strip().split("(")[0] for line in private} == {"def __init__", "def __call__"}
