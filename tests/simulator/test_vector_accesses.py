"""Calls are put in front of accesses of odd sizes in the compiler's text, and of no others."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from kernels.simulator.compiler import build, translate_file
from kernels.simulator.vector_accesses import HOOK, add_calls, may_have_odd_vectors
from tests.simulator.metal_text import metal_file

TEXT = """define dso_local void @k(ptr %0) local_unnamed_addr #4 !dbg !7 {
  %own = alloca <3 x float>, align 16
  %1 = load <3 x float>, ptr %0, align 16, !dbg !9, !tbaa !3
  %2 = load <4 x float>, ptr %0, align 16, !dbg !9
  store <3 x float> <float 1.0, float 2.0, float 3.0>, ptr %own, align 16
  store <4 x i64> zeroinitializer, ptr %"a b", align 32, !dbg !12
  %3 = load volatile <3 x i8>, ptr %0, align 4
  store i96 %x, ptr %0, align 4
  store float 1.0, ptr %0, align 4, !dbg !9
  %4 = load <16 x float>, ptr %0, align 64
  ret void
}
define internal void @not_checked(ptr %0) #5 {
  %1 = load <3 x float>, ptr %0, align 16
  ret void
}
attributes #4 = { mustprogress sanitize_thread "target-cpu"="x86-64-v3" }
attributes #5 = { mustprogress "target-cpu"="x86-64-v3" }
"""


def calls(text: str) -> list[tuple[str, str]]:
    """Return each call of the hook with the line behind it."""
    lines = text.split("\n")
    return [
        (line.strip(), after.strip())
        for line, after in itertools.pairwise(lines)
        if f"call void @{HOOK}" in line
    ]


def test_each_odd_access_of_a_checked_function_has_a_call_in_front() -> None:
    """Pointer, bytes, whether it writes, and the place in the source; private memory is left alone."""
    text = add_calls(TEXT)
    assert calls(text) == [
        (
            f"call void @{HOOK}(ptr %0, i64 12, i32 0) nomerge, !dbg !9",
            "%1 = load <3 x float>, ptr %0, align 16, !dbg !9, !tbaa !3",
        ),
        (
            f'call void @{HOOK}(ptr %"a b", i64 32, i32 1) nomerge, !dbg !12',
            'store <4 x i64> zeroinitializer, ptr %"a b", align 32, !dbg !12',
        ),
        (f"call void @{HOOK}(ptr %0, i64 3, i32 0) nomerge", "%3 = load volatile <3 x i8>, ptr %0, align 4"),
        (f"call void @{HOOK}(ptr %0, i64 12, i32 1) nomerge", "store i96 %x, ptr %0, align 4"),
        (f"call void @{HOOK}(ptr %0, i64 64, i32 0) nomerge", "%4 = load <16 x float>, ptr %0, align 64"),
    ]
    kept = [line for line in text.split("\n") if HOOK not in line]
    assert "\n".join(kept) == f"{TEXT}\n"


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("float3 v;", True), ("packed_half3 v;", True), ("ulong4 v;", True), ("vec<T, N> v;", True),
        ("v.xyz = w;", True), ("float3x3 m;", True), ("simd_float3 v;", True), ("matrix_half4x3 m;", True),
        ("float4 v; v.xy = 1; long2 w;", False),
        ("simdgroup_matrix<float, 8, 8> m; int n3; float4x4 k;", False),
    ],
)  # fmt: skip
def test_a_text_without_such_vectors_is_compiled_in_one_step(text: str, odd: bool) -> None:
    """Vectors of three components and of four 64-bit numbers, and templates that may be one, take two steps."""
    assert may_have_odd_vectors(text) is odd


def test_the_code_calls_the_hook_in_check_mode_alone(tmp_path: Path) -> None:
    """The library of check mode needs the hook, that of fast mode does not."""
    source = metal_file(
        tmp_path, "kernel void f(device float3* y [[buffer(0)]]) { y[0].xy = 1; y[0].z = 2; }\n"
    )
    translation = translate_file(source)
    assert HOOK.encode() in build(translation, "check", cache=tmp_path).read_bytes()
    assert HOOK.encode() not in build(translation, "fast", cache=tmp_path).read_bytes()
