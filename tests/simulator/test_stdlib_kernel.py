"""The library as a kernel meets it: Metal text, translated, compiled and run, in both modes."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from kernels.simulator import Output, SourceError, compile_metal

IDIOMS = Path(__file__).with_name("stdlib_idioms.metal")

EXPECTED = {
    "any and all of a comparison, min and max with scalars": 106.5,
    "select by a comparison": 1.5,
    "half literals and a ushort vector": 1.0,
    "bfloat from half": 0.5,
    "bfloat from half by static_cast": 1.0,
    "matrix times vector": 4.0,
    "bytes by as_type, a constant as factor": 2.0,
    "vectors of aliases and of templates": 17.0,
    "clamp and abs of int": 0.0,
    "min of members of a constant struct": 5.0,
    "fast, precise and plain functions": 3.5,
    "pow, powr and fma": 17.0,
    "limits": -1.0,
    "packed vector in a struct": 3.0,
    "vectors by reinterpret_cast and by a C cast": 9.0,
    "simd_sum of the same number": 32 * 1.0,
    "constant table": 4.0,
    "packing": 4294967296.0,
    "names of simd/simd.h": 2.0,
    "threadgroup array": 19.0,
    "alias of a half vector": 1.0,
    "components of bool vectors": 1.0,
}

INPUT = np.arange(1, 65, dtype=np.float32)
PARAMS = struct.pack("2I4f", 7, 5, 1, 1, 2, 3)


@pytest.mark.parametrize("mode", ["fast", "check"])
def test_idioms_give_their_values(mode: str) -> None:
    """The ways in which kernels usually call the library compile, give the right values and report nothing."""
    library = compile_metal(IDIOMS, mode=mode)
    arguments = {0: INPUT, 1: Output(len(EXPECTED)), 2: PARAMS, 3: Output(np.zeros(1, np.uint32))}
    result = library.run("idioms", arguments, grid=(1,), threadgroup=(32,))
    assert dict(zip(EXPECTED, result.outputs[1].tolist(), strict=True)) == EXPECTED
    assert result.outputs[3].tolist() == [32]
    assert result.diagnostics == ()


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ("out[0] = max(in[0], 1);", "ambiguous"),
        ("int i = 3; out[0] = max(i, 1u);", "ambiguous"),
        ("out[0] = exp(3);", "ambiguous"),
        ("float4 v = float4(1.0f, 2.0f); out[0] = v.x;", "components"),
        ("out[0] = as_type<float>(half(1.0f));", "as_type"),
        ("out[0] = erf(in[0]);", "erf"),
    ],
)
def test_calls_that_metal_refuses_are_refused(statement: str, word: str) -> None:
    """A call without one best overload, or of a function that Metal lacks, is an error that names the matter."""
    text = (
        "#include <metal_stdlib>\nusing namespace metal;\n"
        "kernel void k(device const float* in [[buffer(0)]], device float* out [[buffer(1)]]) {\n"
        f"  {statement}\n}}\n"
    )
    with pytest.raises(SourceError, match=word) as refused:
        compile_metal(text)
    assert refused.value.findings[0].line == 4


@pytest.mark.parametrize("header", ["metal_texture", "metal_raytracing", "metal_tensor"])
def test_headers_for_what_is_missing_say_so(header: str) -> None:
    """Including a header for textures, ray tracing or tensors is refused with a sentence that says what is missing."""
    with pytest.raises(SourceError, match="the simulator has no"):
        compile_metal(
            f"#include <{header}>\nkernel void k(device float* out [[buffer(0)]]) {{ out[0] = 1; }}\n"
        )
