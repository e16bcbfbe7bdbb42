"""From Metal text to numbers: each construct of the language that C++ does not have."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from kernels.simulator import LaunchError, SourceError, compile_metal
from kernels.simulator.compiler import translate_file
from kernels.simulator.tokens import tokenize
from kernels.simulator.translation import translate
from tests.simulator.metal_text import metal_file, refusals, values

SIMPLE = "kernel void f(device float* out [[buffer(0)]]) {{ {body} }}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("float4 v = float4(1, float2(2, 3), 4); out[0] = v.w; out[1] = v.y; out[2] = v.z;", [4, 2, 3]),
        ("float3 v(1, 2, 3); out[0] = v.z; out[1] = v.y; out[2] = v.x;", [3, 2, 1]),
        (
            "float3 v = float3{1, 2, 3}; out[0] = v.z; out[1] = float3(5).y; out[2] = metal::float2(6, 7).y;",
            [3, 5, 7],
        ),
        (
            "int4 v = (int4)float4(1.9, -1.9, 2.5, 3); out[0] = v.x; out[1] = v.y; out[2] = (v + 1).z;",
            [1, -1, 3],
        ),
        (
            "float4 h = float4(1); out[0] = -((float4)h).x; out[1] = (-(int4)h).y; out[2] = ((half4)h).z;",
            [-1, -1, 1],
        ),
        (
            "vec<float, 3> v = vec<float, 3>(1, 2, 3); out[0] = v[2]; out[1] = v.y; out[2] = static_cast<int3>(v).x;",
            [3, 2, 1],
        ),
        (
            "float4 v = {1, float2(2, 3), 4}; out[0] = v.z; out[1] = v.w; float2 w = {5}; out[2] = w.x;",
            [3, 4, 5],
        ),
        ("using T = half2; T v = T(1.5h, 2); out[0] = v.x; out[1] = v.y; out[2] = sizeof(v);", [1.5, 2, 4]),
        (
            "packed_float3 p = packed_float3(1, 2, 3); out[0] = p.z; out[1] = sizeof(p); out[2] = sizeof(float3);",
            [3, 12, 16],
        ),
        (
            "bool4 m = float4(1, 2, 3, 4) > float4(2); out[0] = m[0]; out[1] = m[2]; out[2] = any(m);",
            [0, 1, 1],
        ),
        ("auto h = 1.0 / 3; out[0] = sizeof(h); out[1] = sizeof(1e3); out[2] = sizeof(0.5h);", [4, 4, 2]),
        (
            "const float a[2] = {1, 2}; thread const float* p = a; out[0] = p[1]; out[1] = *p; out[2] = 1.;",
            [2, 1, 1],
        ),
    ],
)
def test_vectors_and_literals(tmp_path: Path, body: str, expected: list[float]) -> None:
    """Vector constructors, casts and literals give Metal's values and sizes."""
    assert values(tmp_path, SIMPLE.format(body=body), 3) == expected


def test_every_builtin_parameter(tmp_path: Path) -> None:
    """Positions, sizes and indices reach the kernel in the types that it declares."""
    body = """
kernel void f(device uint* out, uint3 a [[thread_position_in_grid]], ushort2 b [[threadgroup_position_in_grid]],
    uint c [[thread_position_in_threadgroup]], uint3 d [[threads_per_threadgroup]], uint2 e [[threadgroups_per_grid]],
    uint3 g [[threads_per_grid]], ushort h [[thread_index_in_threadgroup]], uint i [[thread_index_in_simdgroup]],
    uint j [[simdgroup_index_in_threadgroup]], uint k [[simdgroups_per_threadgroup]], uint l [[threads_per_simdgroup]],
    uint m [[thread_index_in_quadgroup]], uint n [[quadgroup_index_in_threadgroup]], uint o [[thread_execution_width]],
    uint3 p [[dispatch_threads_per_threadgroup]]) {
  if (a.x != 71 || a.y != 3) return;
  uint all[] = {a.x, a.y, a.z, b.x, b.y, c, d.x, d.y, e.x, e.y, g.x, g.y, h, i, j, k, l, m, n, o, p.x};
  for (int q = 0; q < 21; ++q) out[q] = all[q];
}"""
    found = values(tmp_path, body, 21, dtype=np.uint32, grid=(3, 4), threadgroup=(32, 2))
    assert found == [71, 3, 0, 2, 1, 7, 32, 2, 3, 4, 96, 8, 39, 7, 1, 2, 32, 3, 9, 32, 32]


def test_arguments_are_numbered_as_metal_does(tmp_path: Path) -> None:
    """An argument without an index gets the lowest that no other argument names."""
    body = """
struct Size { int rows; float scale; };
kernel void f(device float* out, device const float* x [[buffer(1)]], constant Size& size, constant float* y) {
  out[0] = x[0]; out[1] = size.rows; out[2] = size.scale; out[3] = y[1];
}"""
    size = np.array([(7, 2.5)], dtype=[("rows", np.int32), ("scale", np.float32)])
    inputs = {1: np.array([3], np.float32), 2: size[0].tobytes(), 3: np.array([8, 9], np.float32)}
    assert values(tmp_path, body, 4, inputs=inputs) == [3, 7, 2.5, 9]
    library = compile_metal(metal_file(tmp_path, body))
    assert [(p.name, p.index, p.is_const, p.is_reference) for p in library.kernels["f"].parameters] == [
        ("out", 0, False, False),
        ("x", 1, True, False),
        ("size", 2, True, True),
        ("y", 3, True, False),
    ]


def test_threadgroup_variables_are_shared(tmp_path: Path) -> None:
    """Every form of declaration is one memory for all threads of the threadgroup."""
    body = """
struct Pair { float a; int b; };
constant int N = 4;
kernel void f(device float* out, uint i [[thread_index_in_threadgroup]]) {
  threadgroup float x[N], y[2][N];
  alignas(16) threadgroup half z[N * 2];
  threadgroup Pair pair;
  threadgroup atomic_int counter;
  float threadgroup late[2];
  threadgroup float* p = x;
  threadgroup float (&row)[N] = y[1];
  if (i == 0) { atomic_store_explicit(&counter, 0, memory_order_relaxed); pair.a = 5; late[1] = 6; }
  p[i] = i; row[i] = 10 * i; z[i] = 100 * i;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  atomic_fetch_add_explicit(&counter, 1, memory_order_relaxed);
  threadgroup_barrier(mem_flags::mem_threadgroup);
  uint j = N - 1 - i;
  out[i] = x[j] + y[1][j] + z[j] + 1000 * atomic_load_explicit(&counter, memory_order_relaxed) + pair.a + late[1];
}"""
    assert values(tmp_path, body, 4, threadgroup=(4,)) == [4344, 4233, 4122, 4011]


def test_templates_and_host_names(tmp_path: Path) -> None:
    """Both spellings of an instantiation, and a host name at the definition, name kernels."""
    body = """
template <typename T, int N>
[[kernel]] void scaled(device T* out, uint i [[thread_position_in_grid]]) { out[i] = N * i + T(0.5); }
template [[host_name("a")]] [[kernel]] void scaled<float, 2>(device float* out, uint i);
#define instance(name, type, n) \\
  template [[host_name(#name "_" #n)]] [[kernel]] decltype(scaled<type, n>) scaled<type, n>;
instance(b, float, 3)
[[host_name("c")]] [[kernel]] void plain(device float* out) { out[0] = 1; }
"""
    path = metal_file(tmp_path, body)
    assert list(compile_metal(path).kernels) == ["c", "a", "b_3"]
    assert translate_file(path, kernels=["a"]).kernels == ("a",)
    assert values(tmp_path, body, 2, kernel="a", grid=(2,)) == [0.5, 2.5]
    assert values(tmp_path, body, 2, kernel="b_3", grid=(2,)) == [0.5, 3.5]


def test_overloads_by_address_space(tmp_path: Path) -> None:
    """Functions and specialisations that differ in address spaces alone are one function here."""
    body = """
inline float first(device const float* x) { return x[0]; }
inline float first(constant float* x) { return x[0]; }
inline float first(threadgroup const float* x) { return x[0]; }
template <typename T> struct element {};
template <typename T> struct element<device T*> { static constant constexpr int size = sizeof(T); };
template <typename T> struct element<threadgroup T*> { static constant constexpr int size = sizeof(T); };
kernel void f(device float* out, device const float* x, constant float* y) {
  threadgroup float z[1]; z[0] = 9;
  out[0] = first(x); out[1] = first(y); out[2] = first(z); out[3] = element<device half*>::size;
}"""
    inputs = {1: np.array([7], np.float32), 2: np.array([8], np.float32)}
    assert values(tmp_path, body, 4, inputs=inputs) == [7, 8, 9, 2]


def test_function_constants(tmp_path: Path) -> None:
    """Function constants, what depends on them, optional arguments, and the question whether one is set."""
    body = """
constant int scale [[function_constant(0)]];
constant bool has_bias [[function_constant(1)]];
constant float factor = is_function_constant_defined(scale) ? scale * 2.0 : 1.0;
kernel void f(device float* out, device const float* bias [[buffer(1), function_constant(has_bias)]]) {
  out[0] = factor;
  out[1] = has_bias ? bias[0] : -1;
}"""
    assert values(tmp_path, body, 2, function_constants={0: 3, 1: False}) == [6, -1]
    assert values(tmp_path, body, 2, function_constants={1: False}) == [1, -1]
    inputs = {1: np.array([4], np.float32)}
    assert values(tmp_path, body, 2, inputs=inputs, function_constants={0: 3, 1: True}) == [6, 4]


def test_cpp_that_kernels_use(tmp_path: Path) -> None:
    """Namespaces, methods, unions, enums, aliases, lambdas, tables, loops with pragmas, pointers to pointers."""
    body = """
namespace tools { namespace inner {
constant constexpr float table[3] = {0.5, 1.5, 2.5};
enum class Kind : ushort { a = 1, b = 2 };
union Bits { float f; uint u; };
struct Sum {
  float total = 0;
  Sum() thread {}
  explicit Sum(float start) thread : total(start) {}
  void add(float x) thread { total += x; }
  float get() const thread { return total; }
};
template <typename T> METAL_FUNC T twice(T x) { return x + x; }
}}
static_assert(sizeof(tools::inner::Bits) == 4, "size");
kernel void f(device float* out) {
  tools::inner::Sum sum(1);
  #pragma unroll
  for (int i = 0; i < 3; ++i) sum.add(tools::inner::table[i]);
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 2; ++i) sum.add(1);
  tools::inner::Bits bits; bits.f = 1;
  float x = 3; thread float* p = &x; thread float* thread* q = &p;
  out[0] = sum.get(); out[1] = bits.u >> 20; out[2] = **q;
  out[3] = tools::inner::twice(static_cast<int>(tools::inner::Kind::b));
}"""
    assert values(tmp_path, body, 4) == [7.5, 0x3F8, 3, 4]


def test_threadgroup_arguments(tmp_path: Path) -> None:
    """An argument [[threadgroup(n)]] is memory of the length that the host gives."""
    body = """
kernel void f(device float* out, threadgroup float* x [[threadgroup(0)]], uint i [[thread_index_in_threadgroup]]) {
  x[i] = i;
  threadgroup_barrier(mem_flags::mem_threadgroup);
  out[i] = x[3 - i];
}"""
    assert values(tmp_path, body, 4, threadgroup=(4,), threadgroup_lengths={0: 16}) == [3, 2, 1, 0]


def test_headers_beside_the_source(tmp_path: Path) -> None:
    """A header of the submission is found, and what it says wrong is told with its name and line."""
    (tmp_path / "scale.h").write_text("#pragma once\ninline float scale(float x) { return 3 * x; }\n")
    body = '#include "scale.h"\nkernel void f(device float* out) { out[0] = scale(2); }'
    assert values(tmp_path, body, 1) == [6]
    (tmp_path / "scale.h").write_text("#pragma once\ninline double scale(float x) { return 3 * x; }\n")
    found = refusals(tmp_path, body)
    assert [(Path(f.file).name, f.line, f.rule) for f in found] == [("scale.h", 2, "no-double")]


REFUSED = [
    ("kernel void f(device float* out) { threadgroup float x[2] = {1, 2}; }", "threadgroup-initialiser"),
    ("kernel void f(device float* out) { threadgroup float *p = 0, y[4]; }", "threadgroup-variable"),
    ("kernel void f(device float* out, uint i) { }", "kernel-parameter"),
    ("kernel void f(device float* out [[texture(0)]]) { }", "unknown-attribute"),
    ("kernel void f(float* out [[buffer(0)]]) { }", "address-space"),
    ("kernel void f(device float* out [[threadgroup(0)]]) { }", "address-space"),
    ("kernel void f(texture2d<float> t [[texture(0)]]) { }", "not-a-kernel"),
    ("vertex float4 f(uint i [[vertex_id]]) { return float4(0); }", "not-a-kernel"),
    ("[[fragment]] float4 f() { return float4(0); }", "unknown-attribute"),
    ("kernel void f(device float* out) { } kernel void f(device int* out) { }", "duplicate-kernel"),
    ('void g() {} template [[host_name("x")]] [[kernel]] decltype(g<int>) g<int>;', "instance"),
    ("kernel void f(device float* out) { out[0] = 1; ", "brackets"),
    ("kernel void f(device float* out) { out[0) = 1; }", "brackets"),
    ("struct S { float x [[id(0)]]; };", "unknown-attribute"),
    ("struct S { threadgroup float x[4]; };", "threadgroup-variable"),
    ("typedef threadgroup float shared_float;", "threadgroup-variable"),
    ("constant auto g = [](int i) { threadgroup float x[4]; return x[i]; };", "threadgroup-variable"),
    ("void g() { float threadgroup x[2] = {}; }", "threadgroup-variable"),
    ("kernel void f(device float* a [[buffer(1)]], device float* b [[buffer(1)]]) { }", "duplicate-index"),
    ("kernel void f(device float* a, int i [[thread_position_in_grid]]) { }", "builtin-type"),
    ("kernel void f(device float* a, uint2 i [[thread_index_in_threadgroup]]) { }", "builtin-type"),
    (
        "template <typename T> kernel void f(device T* a) { } template kernel void f<float>(device float*);",
        "instance",
    ),
]


@pytest.mark.parametrize(("body", "rule"), REFUSED)
def test_what_is_not_understood_is_refused(tmp_path: Path, body: str, rule: str) -> None:
    """A construct that the translator does not know is refused with its line, never guessed at."""
    found = refusals(tmp_path, body)
    assert (found[0].rule, found[0].line) == (rule, 3)


def test_unknown_kernel_names(tmp_path: Path) -> None:
    """A name that the file does not have is told with those that it has."""
    path = metal_file(tmp_path, "kernel void f(device float* out) { out[0] = 1; }")
    with pytest.raises(SourceError, match=r"no kernel named `g`; the file has: f"):
        translate_file(path, kernels=["g"])
    with pytest.raises(LaunchError, match=r"no kernel named 'g'; the library has: f"):
        compile_metal(path).run("g", {}, grid=(1,), threadgroup=(1,))


def test_compiler_errors_stand_at_the_line(tmp_path: Path) -> None:
    """What clang refuses is told at the student's line, without the simulator's own names."""
    with pytest.raises(SourceError) as caught:
        compile_metal(
            metal_file(tmp_path, "kernel void f(device float* out) {\n  half4 x = float4(1) + y;\n}")
        )
    found = caught.value.findings[0]
    assert (Path(found.file).name, found.line, found.sentence) == (
        "kernel.metal",
        4,
        "use of undeclared identifier 'y'.",
    )


WORDS = "threadgroup constant [[ ]] ( ) { } < > ; , * & template kernel struct operator float4 vec = :: [ ] using 1.0 #"


@pytest.mark.parametrize("seed", range(40))
def test_damaged_text_is_refused_or_translated(seed: int) -> None:
    """Whatever is done to a source's tokens, translation ends with text or with a refusal, and with nothing else."""
    random = np.random.default_rng(seed)
    text = Path(__file__).with_name("damaged.metal").read_text()
    tokens = [token.text for token in tokenize(text) if token.kind != "pragma"]
    for _ in range(6):
        words = list(tokens)
        for _ in range(int(random.integers(1, 6))):
            at = int(random.integers(len(words)))
            words[at : at + int(random.integers(2))] = [str(random.choice(WORDS.split()))][
                : int(random.integers(2))
            ]
        damaged = " ".join(words).replace("[ [", "[[").replace("] ]", "]]")
        with contextlib.suppress(SourceError):
            assert translate(f'# 1 "damaged.metal"\n{damaged}').text
