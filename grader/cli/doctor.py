"""`grader doctor`: can this machine grade? Each line is something that was tried, not something that was assumed."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from grader.cli.options import DEFAULT_HOME, Home
from grader.errors import CannotJudge, GraderError


def doctor(home: Home = DEFAULT_HOME) -> int:
    """Try everything that grading needs on this machine, and say what is missing.

    [bold]Example[/bold]

        grader doctor
    """
    from rich.table import Table
    from rich.text import Text

    from grader.cli.terminal import console

    table = Table(box=None, pad_edge=False, show_header=False)
    failed = 0
    for name, probe in PROBES.items():
        try:
            text, word, style = probe(home), "ok", "green"
        except (GraderError, OSError, ImportError) as error:
            text, word, style, failed = str(error), "missing", "bold red", failed + 1
        table.add_row(Text(word, style=style), Text(name), Text(text, overflow="fold"))
    console().print(table)
    return CannotJudge.exit_code if failed else 0


def _python(home: Path) -> str:
    if not (3, 10) <= sys.version_info[:2] <= (3, 13):
        raise CannotJudge(f"Python {platform.python_version()}; 3.10 to 3.13 are supported")
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _packages(home: Path) -> str:
    from grader.run.identity import versions

    found = versions()
    missing = [name for name, version in found.items() if version == "missing"]
    if missing:
        raise CannotJudge(f"not installed: {', '.join(missing)}")
    return ", ".join(f"{name} {version}" for name, version in found.items())


def _models(home: Path) -> str:
    from grader.paths import MODELS, PUBLIC_MODELS

    missing = [name for name in PUBLIC_MODELS if not (MODELS / name / "config.json").is_file()]
    if missing:
        raise CannotJudge(f"{MODELS} lacks {', '.join(missing)}")
    return f"{len(PUBLIC_MODELS)} checkpoints in {MODELS}"


def _store(home: Path) -> str:
    from grader.store import Store

    with Store.open(home) as store:
        return f"{len(store.history())} runs in {home}"


def _sandbox(home: Path) -> str:
    from grader.run.runner import Resources, fly_canary

    with ExitStack() as stack:
        resources = Resources.open(0, stack)
        return fly_canary(resources.zygote, resources.cache.folders.readable(), unsafe=False)


def _metal(home: Path) -> str:
    from grader.worker import build_metal, build_metallib
    from grader.worker.metal_process import has_gpu
    from kernels.simulator.toolchain import find_toolchain

    missing = build_metallib.no_compiler() if has_gpu() else build_metal.no_compiler()
    if missing:
        raise CannotJudge(missing)
    if has_gpu():
        return "Metal kernels run on the GPU of this machine (untested)"
    return f"Metal kernels are simulated, compiled by {find_toolchain().version.splitlines()[0]}"


PROBES: dict[str, Callable[[Path], str]] = {
    "Python": _python,
    "packages": _packages,
    "models": _models,
    "history": _store,
    "metal": _metal,
    "sandbox": _sandbox,
}
