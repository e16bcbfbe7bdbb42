"""Every layout and both editions of a submission import, and one broken file costs only what it holds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.worker.client import Fault, Worker

Start = Callable[..., Worker]


def identity(package: str, other: str) -> dict[str, str]:
    """Return a package whose module compares itself with what another name of the package gives."""
    return {
        f"{package}/__init__.py": "from .basics import *\n",
        f"{package}/basics.py": "def softmax(): return 'softmax'\nloaded = []\n",
        f"{package}/attention.py": f"""
            import {other}.basics as absolute
            from {other} import softmax
            from {other}.basics import softmax as direct
            from . import basics
            def check():
                return [absolute is basics, softmax is direct, basics.__name__, basics.__spec__.name]
            """,
    }


@pytest.mark.parametrize("package", ["tiny_llm", "student", "reference", "src/tiny_llm", "my_solution"])
@pytest.mark.parametrize("other", ["tiny_llm", "student", "reference", "src.tiny_llm"])
def test_other_names_of_the_package_give_the_same_modules(start: Start, package: str, other: str) -> None:
    """A file may import its own package under the name of any layout, and nothing is imported twice."""
    worker = start(identity(package, other), package=package)
    own = package.rpartition("/")[2] + ".basics"
    assert worker.call("attention.check").value == [True, True, own, own]


def test_package_folder_without_init_and_sibling_imports(start: Start) -> None:
    """The files of the package may lie in the root itself and import each other without a package."""
    worker = start(
        {
            "mine/basics.py": "def softmax(): return 1\n",
            "mine/attention.py": "from basics import softmax\nimport mine.basics\n"
            "def check(): return softmax is mine.basics.softmax\n",
        },
        package="mine",
    )
    assert worker.call("attention.check").value is True


def test_standard_library_wins_over_a_file_of_the_same_name(start: Start) -> None:
    """A submission's `random.py` does not replace Python's for an absolute import."""
    worker = start(
        {
            "tiny_llm/random.py": "def mine(): return 1\n",
            "tiny_llm/basics.py": "import random\nfrom . import random as own\n"
            "def check(): return [hasattr(random, 'shuffle'), own.mine()]\n",
        }
    )
    assert worker.call("basics.check").value == [True, 1]


@pytest.mark.parametrize(
    ("line", "use", "name"),
    [
        ("from extensions import tiny_llm_ext", "tiny_llm_ext.axpby(1)", "extensions.tiny_llm_ext.axpby"),
        ("import extensions.tiny_llm_ext as e", "e.axpby(1)", "extensions.tiny_llm_ext.axpby"),
        ("from extensions.tiny_llm_ext import axpby", "axpby(1)", "extensions.tiny_llm_ext.axpby"),
        ("import tiny_llm_ext", "tiny_llm_ext.axpby(1)", "tiny_llm_ext.axpby"),
        ("from kernels import quantized_matmul", "quantized_matmul(1)", "kernels.quantized_matmul"),
        ("from .kernels import run", "run(1)", "tiny_llm.kernels.run"),
        ("from tiny_llm import kernels", "kernels.run(1)", "tiny_llm.kernels.run"),
        ("import kernels.ops.flash", "kernels.ops.flash.run(1)", "kernels.ops.flash.run"),
    ],
)
def test_extension_that_is_not_built_raises_only_when_called(
    start: Start, line: str, use: str, name: str
) -> None:
    """Week 1 is gradable although a file imports the extension at the top."""
    worker = start(
        {
            "tiny_llm/basics.py": f"{line}\ndef softmax(): return 1\ndef fast(): return {use}\n",
            "student/kernels/axpby.cpp": "// sources only",
        }
    )
    assert worker.call("basics.softmax").value == 1
    with pytest.raises(Fault) as caught:
        worker.call("basics.fast")
    assert (caught.value.exception, caught.value.text) == ("NotImplementedError", f"{name} is not built")


@pytest.mark.parametrize("folder", ["extensions", "src/extensions"])
def test_extension_of_the_submission_is_used_as_far_as_it_goes(start: Start, folder: str) -> None:
    """Its Python part counts; names of its missing compiled part raise when called."""
    package = "src/tiny_llm" if folder.startswith("src") else "tiny_llm"
    worker = start(
        {
            f"{folder}/tiny_llm_ext/__init__.py": "from ._ext import *\ndef python_part(): return 2\n",
            f"{folder}/bindings.cpp": "",
            f"{package}/basics.py": """
                from extensions import tiny_llm_ext
                def part(): return tiny_llm_ext.python_part()
                def compiled(): return tiny_llm_ext.axpby(1)
                """,
        },
        package=package,
    )
    assert worker.call("basics.part").value == 2
    with pytest.raises(Fault, match=r"NotImplementedError: extensions\.tiny_llm_ext\.axpby is not built"):
        worker.call("basics.compiled")


def test_libraries_that_annotations_mention_can_be_imported(start: Start) -> None:
    """`mlx_lm` and `transformers` are kept out, yet their names work in annotations and as base classes."""
    worker = start(
        {
            "tiny_llm/generate.py": """
                from typing import Optional
                import mlx_lm
                from mlx_lm import load
                from mlx_lm.tokenizer_utils import TokenizerWrapper
                from transformers import PreTrainedTokenizer as Base
                class Mine(Base):
                    pass
                def run(t: TokenizerWrapper, u: TokenizerWrapper | None, v: Optional[mlx_lm.Thing] = None):
                    return [isinstance(t, TokenizerWrapper), isinstance(Mine(), Base)]
                def real():
                    return load("model")
                """
        }
    )
    assert worker.call("generate.run", [1, 2]).value == [False, True]
    with pytest.raises(Fault, match=r"NotImplementedError: mlx_lm\.load is not available in the grader"):
        worker.call("generate.real")


def test_progress_bars_are_left_out(start: Start) -> None:
    """`tqdm` yields what it is given and prints nothing."""
    worker = start(
        {
            "tiny_llm/basics.py": """
                import tqdm
                from tqdm import trange
                from tqdm.auto import tqdm as bar
                def run():
                    with tqdm.tqdm(total=3) as progress:
                        progress.update(1)
                    return [list(bar([1, 2], desc="x")), list(trange(2))]
                """
        }
    )
    reply = worker.call("basics.run")
    assert (reply.value, reply.printed) == ([[1, 2], [0, 1]], "")


def test_missing_dependency_is_named(start: Start) -> None:
    """A package that the grader does not have is named, and costs only the file that imports it."""
    worker = start(
        {
            "tiny_llm/__init__.py": "from .basics import *\nfrom .attention import *\n",
            "tiny_llm/basics.py": "def softmax(): return 1\n",
            "tiny_llm/attention.py": "import einops.layers\n",
        },
        load=False,
    )
    report = worker.load()
    assert not report.ok
    assert sorted(report.failures) == ["", "attention"]
    fault = report.failures["attention"]
    assert (fault.kind, fault.exception) == ("ERROR", "ModuleNotFoundError")
    assert fault.text == "needs the package 'einops', which is not available in the grader"
    assert fault.traceback == ("tiny_llm/attention.py:1 in <module>: import einops.layers",)
    assert worker.call("basics.softmax").value == 1


BROKEN = {
    "tiny_llm/__init__.py": "from .broken import *\nfrom .basics import *\n",
    "tiny_llm/broken.py": "def f(:\n",
    "tiny_llm/basics.py": "def softmax(): return 1\n",
    "tiny_llm/attention.py": "from tiny_llm import softmax\ndef check(): return softmax()\n",
}


def test_syntax_error_costs_only_its_own_file(start: Start) -> None:
    """A package that does not import is graded module by module, and names it would export are found."""
    worker = start(BROKEN, load=False)
    report = worker.load()
    assert sorted(report.failures) == ["", "broken"]
    fault = report.failures["broken"]
    assert (fault.kind, fault.exception) == ("ERROR", "SyntaxError")
    assert fault.traceback == ("tiny_llm/broken.py:1 in <module>: def f(:",)
    assert worker.call("basics.softmax").value == 1
    assert worker.call("attention.check").value == 1
    with pytest.raises(Fault, match="ERROR: SyntaxError"):
        worker.call("broken.f")


def test_further_worker_of_a_broken_package_imports_on_demand(start: Start) -> None:
    """`bare` tries nothing: the modules are imported by the calls that need them."""
    worker = start(BROKEN, load=False)
    report = worker.load(bare=True)
    assert (report.ok, report.failures) == (False, {})
    assert worker.call("basics.softmax").value == 1
    with pytest.raises(Fault, match="ERROR: SyntaxError"):
        worker.call("broken.f")
    assert worker.call("attention.check").value == 1


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("while True: pass\n", "TIMEOUT"),
        ("import os\nos._exit(0)\n", "EXIT"),
        ("raise SystemExit\n", "EXIT"),
        ("import ctypes\nctypes.string_at(0)\n", "CRASH"),
        ("import os\nos.close(3)\n", "PROTOCOL"),
        ("raise BaseException('no')\n", "ERROR"),
    ],
)
def test_module_that_ends_the_process_costs_only_itself(start: Start, text: str, kind: str) -> None:
    """Loops, exits and crashes at import: the worker is started anew and the other modules are graded."""
    worker = start(
        {
            "tiny_llm/__init__.py": "from .basics import *\nfrom .hostile import *\n",
            "tiny_llm/basics.py": "def softmax(): return 1\n",
            "tiny_llm/hostile.py": text,
            "tiny_llm/last.py": "def f(): return 2\n",
        },
        load=False,
        import_s=1.0,
    )
    report = worker.load()
    assert {name: fault.kind for name, fault in report.failures.items()} == {"": kind, "hostile": kind}
    assert worker.call("basics.softmax").value == 1
    assert worker.call("last.f").value == 2
