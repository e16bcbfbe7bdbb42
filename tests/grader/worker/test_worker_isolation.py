"""What a submission can see of the grader from inside its worker: nothing."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import grader.worker
from grader.errors import CannotJudge
from grader.worker import process, sandbox
from grader.worker.client import Fault, Worker, WorkerSpec, Zygote

Basics = Callable[..., Worker]

LOOK = """
    import gc, importlib, os, sys

    def environment():
        return sorted(os.environ)

    def descriptors():
        found = []
        for fd in range(1024):
            try: os.fstat(fd)
            except OSError: continue
            found.append(fd)
        return found

    def place():
        return [os.getcwd(), sys.argv, sys.flags.isolated, sys.flags.no_site, sys.dont_write_bytecode]

    def path():
        return sys.path

    def can_import(name):
        try:
            importlib.import_module(name)
        except ImportError as error:
            return type(error).__name__
        return "imported"

    def modules():
        return sorted(name for name in sys.modules if "worker" in name or "grader" in name)
"""


@pytest.mark.parametrize(
    "name",
    [
        "grader",
        "grader.oracles",
        "grader.worker.client",
        "submission_worker.client",
        "submission_worker.process",
        "submission_worker.watchdog",
        "torch",
        "sqlalchemy",
        "safetensors",
    ],
)
def test_nothing_of_the_grader_can_be_imported(basics: Basics, name: str) -> None:
    """No path leads from the worker to the project or to what is installed beside MLX, sandbox or not."""
    assert basics(LOOK).call("basics.can_import", [name]).value == "ModuleNotFoundError"


@pytest.mark.parametrize(
    "name", ["mlx.optimizers", "mlx.nn.losses", "numpy.fft", "numpy.ma", "sqlite3", "decimal"]
)
def test_what_a_submission_may_use_can_be_imported(basics: Basics, name: str) -> None:
    """MLX, numpy and the standard library go on working after the paths are gone."""
    assert basics(LOOK).call("basics.can_import", [name]).value == "imported"


@pytest.mark.parametrize("direct", [False, True])
def test_worker_inherits_nothing(basics: Basics, zygote: Zygote, direct: bool) -> None:
    """Environment, descriptors, directory, arguments and import path hold nothing of the grader."""
    spec = basics(LOOK).spec
    with Worker(spec, None if direct else zygote) as worker:
        assert worker.load().ok
        environment = worker.call("basics.environment").value
        assert set(environment) <= {*process.ENVIRONMENT, "LC_CTYPE"}
        assert worker.call("basics.descriptors").value == [0, 1, 2, 3]
        assert worker.call("basics.place").value == ["/", [""], 1, 1, True]
        allowed = (sys.base_prefix, str(spec.root.resolve()))
        assert all(entry.startswith(allowed) for entry in worker.call("basics.path").value)


def test_worker_side_modules_import_nothing_of_the_grader() -> None:
    """What is loaded in the worker imports its siblings, MLX, numpy and the standard library only."""
    folder = Path(grader.worker.__file__).parent
    trusted = {
        "client",
        "conversation",
        "timing",
        "process",
        "watchdog",
        "tracebacks",
        "faults",
        "canary",
        "submission",
        "sanitizer",
        "captures",
        "replays",
    }
    # the grader's side of the simulator; its entry script is a process of its own
    trusted |= {path.stem for path in folder.glob("metal_*.py")} - {"metal_boot"}
    # the grader's side of a build; its entry script goes before the sandbox
    trusted |= {path.stem for path in folder.glob("build*.py")} - {"build_boot"}
    checked = [path for path in folder.glob("*.py") if path.stem not in trusted]
    assert {"boot", "main", "wire", "zygote"} <= {path.stem for path in checked}
    for path in checked:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            elif isinstance(node, ast.ImportFrom):
                siblings = [node.module] if node.module else [alias.name for alias in node.names]
                assert not trusted & set(siblings), path.name
            tops = {name.partition(".")[0] for name in names}
            assert tops <= {*sys.stdlib_module_names, "mlx", "numpy"}, path.name


def test_layers_are_reported_before_student_code_runs(basics: Basics) -> None:
    """The states come from the process as it was before the first student byte."""
    worker = basics("raise ValueError('imported')", load=False)
    assert sandbox.missing(worker.sandbox) == ()
    assert not {layer for layer in worker.sandbox.values() if not layer.startswith(("active", "off", "unav"))}


def test_missing_layer_is_refused_unless_unsafe(basics: Basics, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a required layer the grader does not judge; `unsafe` goes on and the states tell."""
    worker = basics(LOOK)
    monkeypatch.setattr(sandbox, "policy", lambda policy=sandbox.policy, **kw: policy(**kw, off=("seccomp",)))
    with pytest.raises(CannotJudge, match=r"the sandbox is not complete: seccomp \(off\)"):
        worker.start()
    assert not worker.alive
    spec: WorkerSpec = worker.spec
    unsafe = WorkerSpec(spec.package_dir, spec.package_name, spec.root, unsafe=True)
    with Worker(unsafe, None) as other:
        assert other.sandbox["seccomp"] == "off"
        assert other.load().ok


def test_claimed_frames_are_checked_against_the_snapshot(basics: Basics) -> None:
    """Frames that name files outside, lines that do not exist or functions with escapes show nothing."""
    worker = basics(
        """
        def run():
            names = ["../../../etc/passwd", "/etc/passwd", "tiny_llm/basics.py", "a\\0b"]
            namespace = {}
            for name in names:
                code = compile("\\n" * 900 + "raise ValueError('x')", ROOT + name, "exec")
                try: exec(code)
                except ValueError as error: last = error
            raise last
        import os
        ROOT = os.path.dirname(os.path.dirname(__file__)) + "/"
        """
    )
    with pytest.raises(Fault) as caught:
        worker.call("basics.run")
    assert caught.value.exception == "ValueError"
    assert all(line.startswith("tiny_llm/basics.py:") for line in caught.value.traceback)
    assert "root:" not in "".join(caught.value.traceback)
