"""Run small Metal kernels in check mode, and name the lines of their source by marks in comments."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from kernels.simulator import Diagnostic, Library, Result, compile_metal

PRELUDE = "#include <metal_stdlib>\nusing namespace metal;\n"


@functools.cache
def library(text: str, mode: str = "check") -> Library:
    """Return the compiled kernels of ``text``; the standard library is included already."""
    return compile_metal(PRELUDE + text, mode=mode)  # type: ignore[arg-type]


def check(text: str, kernel: str, arguments: Mapping[int, Any], **settings: Any) -> Result:
    """Run one kernel of ``text`` in check mode."""
    return library(text).run(kernel, arguments, **settings)


def mark(text: str, name: str) -> int:
    """Return the number of the line that ends in ``// name``."""
    for number, line in enumerate((PRELUDE + text).splitlines(), 1):
        if re.search(rf"// {re.escape(name)}$", line):
            return number
    raise KeyError(name)


def kinds(result: Result) -> list[str]:
    """Return the kinds of problems, sorted."""
    return sorted(diagnostic.kind for diagnostic in result.diagnostics)


def only(result: Result, kind: str) -> Diagnostic:
    """Return the one problem of ``result``, which is of that kind."""
    assert kinds(result) == [kind], [diagnostic.sentence for diagnostic in result.diagnostics]
    return result.diagnostics[0]
