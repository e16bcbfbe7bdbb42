"""Writes calls, cases and faults as the lines that a student reads. Public cases with numbers, hidden ones without."""

from __future__ import annotations

import builtins
import re
from typing import Any

from grader.course.model import Call, Case, Checkpoint, Layer, Made, Strided
from grader.run.findings import Finding
from grader.worker.faults import Fault
from grader.worker.wire import Array, Dtype

NOT_COMPILED = re.compile(r" does not compile$")
NOT_WRITTEN = re.compile(r"\bnot (?:yet )?implemented\b|\bunimplemented\b|\bTODO\b", re.IGNORECASE)

KINDS = {
    "ERROR": "error",
    "TIMEOUT": "timeout",
    "CRASH": "crash",
    "EXIT": "exit",
    "MEMORY": "memory",
    "OUTPUT": "output",
    "THREADS": "threads",
    "PROTOCOL": "protocol",
}


def argument(value: Any) -> str:
    """Return an argument in a few characters; arrays as dtype and shape."""
    if isinstance(value, Array):
        return f"{value.dtype}[{', '.join(map(str, value.shape))}]"
    if isinstance(value, slice):
        return f"slice({value.start}, {value.stop})"
    if isinstance(value, list):
        return f"[{', '.join(argument(v) for v in value)}]"
    if isinstance(value, Checkpoint):
        return f"<{value.name}, {value.dtype}>"
    if isinstance(value, Layer):
        return f"<4-bit layer {argument(value.scales)[:-1]} groups of {value.group_size}]>"
    if isinstance(value, Strided):
        return f"{argument(value.array)} with the axes {value.axes[0]} and {value.axes[1]} swapped in memory"
    if isinstance(value, Made):
        return f"{value.target.rpartition('.')[2]}.{value.method}({argument(value.argument)})"
    if isinstance(value, Dtype):
        return f"mx.{value.name}"
    return repr(value)


def call(target: str, made: Call, case: Case) -> str:
    """Return the line "what" of a public case."""
    arguments = ", ".join(f"{k}={argument(v)}" for k, v in {**made.args, **made.by_name}.items())
    if made.init is None:
        text = f"{target}({arguments})"
    else:
        initial = ", ".join(f"{k}={argument(v)}" for k, v in {**made.init, **made.init_by_name}.items())
        text = f"{target}({initial}){'.' + made.method if made.method else ''}({arguments})"
    notes = [f"{k}={v}" for k, v in case.axes.items() if k in ("values", "low", "high", "mask")]
    return f"{text}; case {case.number}{', ' + ', '.join(notes) if notes else ''}"


def hidden(target: str, case: Case) -> str:
    """Return the line "what" of a hidden case: its kind, none of its numbers."""
    parts = []
    for name, value in case.axes.items():
        if isinstance(value, bool):
            parts.append(f"{name}={value}")
        elif isinstance(value, str):
            parts.append(value if name == "dtype" else f"{name}={value}")
        elif isinstance(value, tuple) and name in ("lead", "shape"):
            parts.append(f"{len(value)} {'leading axes' if name == 'lead' else 'axes'}")
        elif isinstance(value, tuple):
            parts.append(f"one {name} per row")
    return f"{target}, a hidden case: {', '.join(parts)}"


def fault(problem: Fault, expected: str, deadline_s: float) -> Finding:
    """Return the finding for a fault, in words of its own for each of the usual non-answers."""
    name, text = problem.exception, problem.text
    neutral = _neutral(problem)
    if (
        problem.kind == "ERROR"
        and name in ("NotImplementedError", "RuntimeError")
        and NOT_COMPILED.search(text)
    ):
        return Finding("does-not-compile", expected, text, neutral="a kernel does not compile")
    if problem.kind == "ERROR" and name == "RuntimeError" and NOT_WRITTEN.search(text):  # as C++ says it
        return Finding("not-implemented", expected, f"not implemented: {text}", neutral="not implemented")
    if problem.kind == "ERROR" and name == "NotImplementedError":
        got = f"not implemented{': ' + text if text else ''}"
        return Finding("not-implemented", expected, got, neutral="not implemented")
    if problem.kind == "ERROR" and name == "MissingTarget":
        return Finding("missing", expected, text, neutral="a function or class that is called is missing")
    if problem.kind == "ERROR" and name in ("ModuleNotFoundError", "ImportError"):
        return Finding("import", expected, f"{name}: {text}", neutral=neutral)
    if problem.kind == "ERROR" and name == "Forbidden":
        return Finding("forbidden", expected, text, neutral="a function was called that the task forbids")
    if problem.kind == "ERROR":
        return Finding("error", expected, f"{name}: {text}" if text else name, neutral=neutral)
    if problem.kind == "TIMEOUT":
        return Finding("timeout", expected, f"no answer within {deadline_s:g} s: {text}", neutral=neutral)
    return Finding(KINDS[problem.kind], expected, text, neutral=neutral)


def _neutral(problem: Fault) -> str:
    """Return the fault without any text of the submission's, which could carry a hidden case out."""
    if problem.kind != "ERROR":
        return {"TIMEOUT": "no answer within the time limit", "EXIT": "the process exited"}.get(
            problem.kind, f"the process was ended: {problem.kind}"
        )
    known = getattr(builtins, problem.exception, None)
    is_builtin = isinstance(known, type) and issubclass(known, BaseException)
    return f"an exception: {problem.exception}" if is_builtin else "an exception"


def without_names(trace: tuple[str, ...]) -> tuple[str, ...]:
    """Return traceback lines with file and line only: the function's name is the submission's claim.

    A name may hold anything, ": " too, so what follows it cannot be told from it.
    """
    return tuple(re.sub(r"^(\S+:\d+) in .*", r"\1", line, flags=re.DOTALL) for line in trace)
