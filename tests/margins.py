"""Measures how far honest implementations and mistakes are from the bounds: `python -m tests.margins`.

For every row of `grader.course.tolerances`, over many seeds of every public and hidden grid of the row's checks: the
largest error of honest implementations in units of c (the reference, every variation with arithmetic of its own, in
which MLX's functions are, and PyTorch at the input's precision), and the smallest of the mistakes. Writes the table
of docs/tolerances.md. Honest implementations are the project's own and run in this process; mutants run in a worker.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import inspect
import math
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import torch

from grader.course.arrays import EPS
from grader.course.model import Call, Case, Checkpoint, Layer, Made, Matches, Strided, Task
from grader.course.tolerances import C, tiny
from grader.course.week1 import WEEK as WEEK1
from grader.course.week2 import WEEK as WEEK2
from grader.oracles.expected import Expected
from grader.oracles.mistakes import Mistake, NotApplicable, find
from grader.paths import ROOT
from grader.run import compare
from grader.run.oracle_cache import OracleCache
from grader.run.oracle_calls import arguments
from grader.run.oracle_calls import find as find_oracle
from grader.run.runner import Resources, worker_spec
from grader.run.session import Checkpoints, Session
from grader.validation import corpus
from grader.worker import checkpoint, standins
from grader.worker.faults import Fault
from grader.worker.submission import find as find_layout
from grader.worker.submission import snapshot
from grader.worker.values import to_mx
from grader.worker.wire import Array, Dtype
from tests import kernel_functions, torch_functions

FILE = ROOT / "docs" / "tolerances.md"
FIRST_SEED = 1000
UNSEEN = 1e-6
TASKS = (*WEEK1.tasks, WEEK2.task("2.2"), WEEK2.task("2.4"))
SAME_ARITHMETIC = ("layout_", "imports_", "generate_", "sampler_", "causal_", "debug_", "signatures_")
"""Variations that compute with the reference's own operations."""

USES = {  # what a function or class of the reference calls
    "scaled_dot_product_attention_simple": {"softmax"},
    "SimpleMultiHeadAttention": {"linear", "scaled_dot_product_attention_simple"},
    "scaled_dot_product_attention_grouped": {"scaled_dot_product_attention_simple", "causal_mask"},
    "Embedding": {"linear"},
    "Qwen2MultiHeadAttention": {"linear", "RoPE", "scaled_dot_product_attention_grouped"},
    "Qwen2MLP": {"linear", "silu"},
    "Qwen2TransformerBlock": {"RMSNorm", "Qwen2MultiHeadAttention", "Qwen2MLP"},
    "Qwen2ModelWeek1": {"Embedding", "Qwen2TransformerBlock", "RMSNorm", "linear", "dequantize_linear"},
}


def reached(name: str) -> set[str]:
    """Return everything that `name` runs, itself included."""
    return {name}.union(*(reached(used) for used in USES.get(name, ())))


def changed(specimen: corpus.Specimen) -> set[str]:
    """Return the names of the functions and classes that a variation writes otherwise."""
    names = set()
    for text in (*specimen.append.values(), *specimen.files.values()):
        names |= {_name(node) for node in ast.parse(text).body}
    for file, old, _ in specimen.changes:
        base = (ROOT / "reference" / file).read_text()
        line = base[: base.index(old) + len(old)].count("\n") + 1
        names |= {_name(n) for n in ast.parse(base).body if n.lineno <= line <= (n.end_lineno or n.lineno)}
    return names


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return str(getattr(node, "name", ""))


@dataclass(frozen=True)
class Example:
    """One call with the right answer."""

    task: Task
    check: Matches
    call: Call
    named: dict[str, Any]
    expected: Expected

    def distance(self, got: np.ndarray[Any, Any]) -> float:
        """Return the largest error in units of eps(dtype) * magnitude; what must be below c."""
        want = self.expected.value.numpy()
        if got.shape != want.shape:
            return math.inf
        judged = np.isfinite(self.expected.magnitude.numpy()) if self.expected.magnitude is not None else True
        assert self.expected.magnitude is not None
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            error = np.abs(got - want)
            unit = EPS[self.call.dtype] * self.expected.magnitude.numpy()
            beyond = np.maximum(error - tiny(self.call.dtype), 0.0)
            ratio = np.where(beyond == 0, 0.0, beyond / unit)
        return float(
            np.nan_to_num(np.where((got == want) | ~judged, 0.0, ratio), nan=math.inf).max(initial=0.0)
        )


def rows() -> list[str]:
    """Return the rows of the table that are not exact, in its order."""
    return [name for name, c in C.items() if c]


def checks(names: set[str] | None = None) -> Iterator[tuple[Task, Matches]]:
    """Yield the checks whose tolerance is one of the rows `names`, or any that is not exact."""
    for task in TASKS:
        for check in task.checks:
            if (
                isinstance(check, Matches)
                and C[check.tolerance]
                and (names is None or check.tolerance in names)
            ):
                yield task, check


def examples(task: Task, check: Matches, cache: OracleCache) -> Iterator[Example]:
    """Yield every case of the check, public and hidden alike, with numbers of the cache's seed."""
    for index, axes in enumerate((*check.public, *check.hidden), start=1):
        call = cache.build(task.id, check, Case(axes, False, index))
        named = arguments(call, cache.folders.folder)
        with torch.no_grad():
            yield Example(task, check, call, named, find_oracle(check.oracle)(**named))


class Package:
    """A submission of the project's own, imported into this process."""

    def __init__(self, name: str, folder: Path, changed: set[str] | None = None) -> None:
        self.name = name
        self._changed = changed
        self._own = "margins_" + name
        spec = importlib.util.spec_from_file_location(
            self._own, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        sys.modules[self._own] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[self._own])

    def differs(self, target: str) -> bool:
        """Return whether the target may compute otherwise than the reference's."""
        return self._changed is None or bool(self._changed & reached(target.partition(".")[2]))

    def __call__(self, example: Example, folders: Checkpoints) -> np.ndarray[Any, Any]:
        """Return the answer in float64."""
        module, _, name = example.check.target.partition(".")
        function = getattr(importlib.import_module(f"{self._own}.{module}"), name)
        call = example.call

        def live(part: Any) -> dict[str, Any]:
            return {key: _live(value, folders) for key, value in part.items()}

        if call.init is not None:
            function = function(*live(call.init).values(), **live(call.init_by_name))
            function = function if call.method is None else getattr(function, call.method)
        by_name = live(call.by_name)
        offset = inspect.signature(function).parameters.get("offset")
        if offset is not None and offset.default is offset.empty:
            by_name["offset"] = 0
        answer = function(*live(call.args).values(), **by_name)
        return np.array(answer.astype(mx.float32)).astype(np.float64)


_TREES: dict[tuple[Path, str], Any] = {}


def _live(value: Any, folders: Checkpoints) -> Any:
    """Return what the worker would hand to a submission."""
    if isinstance(value, Array):
        return to_mx(value)
    if isinstance(value, Checkpoint):
        key = folders.folder(value), value.dtype
        if key not in _TREES:
            _TREES[key] = checkpoint.load(str(key[0]), value.dtype)
        return _TREES[key]
    if isinstance(value, Layer):
        parts = (to_mx(p) for p in (value.weight, value.scales, value.biases))
        return standins.quantized_layer(lambda *_: None, "", *parts, value.group_size, value.bits)
    if isinstance(value, Strided):
        return standins.strided(lambda *_: None, "", to_mx(value.array), value.axes)
    if isinstance(value, Made):  # the layer has the fields of the weights
        return _live(value.argument, folders)
    return getattr(mx, value.name) if isinstance(value, Dtype) else value


Implementation = Package | torch_functions.Torch | kernel_functions.Kernel


def honest(stack: ExitStack, only: Callable[[str], bool] = lambda name: True) -> list[Implementation]:
    """Return the implementations that have to be inside: reference, variations, PyTorch."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-margins-")))
    found: list[Implementation] = [Package("reference", ROOT / "reference"), torch_functions.Torch()]
    found += kernel_functions.kernels(lambda value: _live(value, None))
    for specimen in corpus.load(ROOT / "tests", "variations", 1):
        if specimen.name.startswith(SAME_ARITHMETIC) or not only(specimen.name):
            continue
        root = corpus.build(specimen, ROOT, folder / specimen.name)
        found.append(Package(specimen.name, root / specimen.layout, changed(specimen)))
    return found


@dataclass
class Row:
    """What was measured for one row: errors in units of c, and whose."""

    c: float
    honest: float = 0.0
    by: str = ""
    mistake: float = math.inf
    mistake_by: str = ""
    mutant: float = math.inf
    mutant_by: str = ""
    honest_by_dtype: dict[str, float] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)  # mistakes that some task shows
    honest_by_name: dict[str, float] = field(default_factory=dict)
    compared: int = 0  # answers of honest implementations

    def missed(self, name: str, task_id: str, ratio: float) -> None:
        """Take the best error of a mistake in a task."""
        self.shown.add(name)
        if ratio < self.mistake:
            self.mistake, self.mistake_by = ratio, f"{name} in {task_id}"

    def saw(self, name: str, dtype: str, ratio: float) -> None:
        """Take the error of an honest implementation."""
        self.compared += 1
        self.honest_by_name[name] = max(self.honest_by_name.get(name, 0.0), ratio)
        self.honest_by_dtype[dtype] = max(self.honest_by_dtype.get(dtype, 0.0), ratio)
        if ratio > self.honest:
            self.honest, self.by = ratio, f"{name}, {dtype}"


def wrong(mistake: Mistake, example: Example) -> float | None:
    """Return the error of a mistake on an example, None where it does not apply."""
    try:
        with torch.no_grad():
            got = mistake.function(**example.named, got=example.expected.value)
    except (NotApplicable, RuntimeError, IndexError, AssertionError):
        return None
    return example.distance(got.numpy())


def measure(
    seeds: range, implementations: list[Implementation], names: set[str] | None = None, mistakes: bool = True
) -> dict[str, Row]:
    """Return the rows with honest errors and those of the registered mistakes.

    A mistake counts with its best case among the checks of a task that list it, for the worst seed.
    """
    found = {name: Row(C[name]) for name in rows() if names is None or name in names}
    for seed in seeds:
        folders = Checkpoints(seed)
        best: dict[tuple[str, str, str], float] = {}
        for task, check in checks(names):
            row = found[check.tolerance]
            for example in examples(task, check, OracleCache(seed, folders)):
                for one in implementations:
                    if one.differs(check.target) and not kernel_functions.exempt(one, check.tolerance):
                        row.saw(one.name, example.call.dtype, example.distance(one(example, folders)) / row.c)
                for name in check.mistakes if mistakes else ():
                    ratio = wrong(find(name), example)
                    key = check.tolerance, task.id, name
                    if ratio is not None:
                        best[key] = max(best.get(key, 0.0), ratio / row.c)
        for (row_name, task_id, name), ratio in best.items():
            if ratio > UNSEEN:  # otherwise no case of this task could show it
                found[row_name].missed(name, task_id, ratio)
        _TREES.clear()
        folders.close()
    return found


def measure_mutants(seeds: range, found: dict[str, Row]) -> int:
    """Add the smallest errors of the mutants, each at the checks that it names; return how many had numbers."""
    by_name = {f"{t.id} {c.name}": (t, c) for t, c in checks()}
    count = 0
    with ExitStack() as stack:
        resources = Resources.open(seeds[0], stack)
        for specimen in corpus.load(ROOT / "tests", "mutants", 1):
            targets = [by_name[name] for name in specimen.fails if name in by_name]
            if not targets or specimen.name.startswith("fault_"):
                continue
            count += 1
            with tempfile.TemporaryDirectory(prefix="grader-margins-") as name:
                Path(name).chmod(0o755)
                root = corpus.build(specimen, ROOT, Path(name) / "submission")
                copy = snapshot(find_layout(root), Path(name) / "snapshot")
                for seed in seeds:
                    folders = resources.cache.folders
                    spec = worker_spec(copy, folders.readable())
                    with Session(spec, resources.zygote, folders) as session:
                        _mutant(specimen.name, session, targets, OracleCache(seed, folders), found)
    return count


def _mutant(
    name: str,
    session: Session,
    targets: list[tuple[Task, Matches]],
    cache: OracleCache,
    found: dict[str, Row],
) -> None:
    best: dict[str, float] = {}  # by row: a mutant counts with the check that shows it best
    for task, check in targets:
        for example in examples(task, check, cache):
            try:
                value = session.invoke(check.target, example.call, deadline_s=2.0).value
            except Fault:
                best[check.tolerance] = math.inf
                break
            want = compare.target(example.expected, example.call.dtype, check.tolerance)
            misshapen = compare.form(value, want) is not None
            ratio = math.inf if misshapen else example.distance(compare.values(value)) / C[check.tolerance]
            best[check.tolerance] = max(best.get(check.tolerance, 0.0), ratio)
    for row, ratio in best.items():
        if ratio < found[row].mutant:
            found[row].mutant, found[row].mutant_by = ratio, name


def table(found: dict[str, Row], seeds: int) -> str:
    """Return the table as Markdown."""
    lines = [
        f"Largest and smallest over {seeds} seeds of every public and hidden case; "
        f"{sum(r.compared for r in found.values()):,} answers of honest implementations compared.",
        "",
        "| row | c | honest max / c | by | mistake min / c | by | mutant min / c | by |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, row in found.items():
        mutant = "" if math.isinf(row.mutant) else f"{row.mutant:.3g}"
        lines.append(
            f"| `{name}` | {row.c:g} | {row.honest:.2f} | {row.by} | {row.mistake:.3g} | {row.mistake_by} "
            f"| {mutant} | {row.mutant_by} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--row", action="append", help="only this row; the file is not written")
    parser.add_argument("--mutant-seeds", type=int, default=2, help="seeds for the mutants, 0 for none")
    options = parser.parse_args()
    names = set(options.row) if options.row else None
    with ExitStack() as stack:
        found = measure(range(FIRST_SEED, FIRST_SEED + options.seeds), honest(stack), names)
    if options.mutant_seeds and names is None:
        measure_mutants(range(FIRST_SEED, FIRST_SEED + options.mutant_seeds), found)
    text = table(found, options.seeds)
    print(text)
    for name, row in found.items():
        print(name, {d: round(r, 3) for d, r in sorted(row.honest_by_dtype.items())})
    if names is None and FILE.exists():
        old = FILE.read_text()
        FILE.write_text(
            re.sub(r"(?s)(<!-- measured -->\n).*(<!-- end -->)", lambda m: m[1] + text + m[2], old)
        )


if __name__ == "__main__":
    main()
