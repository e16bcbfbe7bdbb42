"""Short Metal texts for tests: translated, refused or run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kernels.simulator import Finding, Output, SourceError, compile_metal
from kernels.simulator.compiler import translate_file

HEADER = "#include <metal_stdlib>\nusing namespace metal;\n"


def metal_file(folder: Path, body: str, name: str = "kernel.metal") -> Path:
    """Write a Metal file whose line 3 is the first line of ``body``."""
    path = folder / name
    path.write_text(HEADER + body)
    return path


def refusals(folder: Path, body: str, **options: Any) -> list[Finding]:
    """Return the findings of a text that must be refused."""
    with pytest.raises(SourceError) as caught:
        translate_file(metal_file(folder, body), **options)
    return [finding for finding in caught.value.findings if finding.certain]


def warnings(folder: Path, body: str) -> list[Finding]:
    """Return the findings of a text that must be taken."""
    return list(translate_file(metal_file(folder, body)).findings)


def values(
    folder: Path,
    body: str,
    count: int,
    *,
    kernel: str = "f",
    dtype: Any = np.float32,
    inputs: dict[int, Any] | None = None,
    grid: Sequence[int] = (1,),
    threadgroup: Sequence[int] = (1,),
    **options: Any,
) -> list[Any]:
    """Run a kernel that writes ``count`` values to buffer 0, and return them."""
    library = compile_metal(metal_file(folder, body), kernels=[kernel])
    arguments = {0: Output(count, dtype), **(inputs or {})}
    result = library.run(kernel, arguments, grid=grid, threadgroup=threadgroup, **options)
    assert result.diagnostics == ()
    return list(result.outputs[0].tolist())
