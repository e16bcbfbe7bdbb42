"""What Metal refuses and clang here would take: each rule finds its bad text, and leaves the good one alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator.metal_text import metal_file, refusals, warnings

BODY = "kernel void f(device float* out [[buffer(0)]], uint i [[thread_position_in_grid]]) {{ {body} }}"

IN_A_KERNEL = [
    ("no-double", "double x = 1; out[i] = x;", "float x = 1; out[i] = x;"),
    ("no-std", "out[i] = std::max(1, 2);", "out[i] = metal::max(1, 2);"),
    ("no-new", "thread float* p = new float[4]; out[i] = p[0];", "float p[4] = {}; out[i] = p[0];"),
    ("no-throw", "throw 1;", "out[i] = 1;"),
    ("no-asm", 'asm("nop");', "out[i] = 1;"),
    ("reserved-name", '__asm__("nop");', "out[i] = 1;"),
    ("reserved-name", "out[i] = __builtin_popcount(i);", "out[i] = popcount(i);"),
    ("reserved-name", "__attribute__((noinline)) int x = 1; out[i] = x;", "int x = 1; out[i] = x;"),
    ("reserved-name", "msim_thread* t; out[i] = 0;", "out[i] = INFINITY + NAN;"),
    ("static-local", "static int n = 0; out[i] = n++;", "static constexpr constant int n = 0; out[i] = n;"),
    (
        "address-space",
        "float* p = 0; out[i] = p != 0;",
        "device float* p = out; p[i] = 1; float a = 2 * out[0]; out[i] = a;",
    ),
    (
        "address-space",
        "float x = 1; float& y = x; out[i] = y;",
        "float x = 1; thread float& y = x; auto& z = y; out[i] = z;",
    ),
    ("address-space", "out[i] = *(float*)out;", "out[i] = *(device float*)out;"),
    (
        "address-space",
        "out[i] = *reinterpret_cast<int*>(out);",
        "out[i] = *reinterpret_cast<device int*>(out);",
    ),
    ("made-up-pointer", "out[i] = *(device float*)0x1000;", "out[i] = (device float*)0 == out;"),
    ("made-up-pointer", "out[i] = *as_type<device float*>(1ul);", "out[i] = as_type<float>(1u);"),
    ("function-pointer", "float (*g)(float) = 0; out[i] = g != 0;", "out[i] = sin(1.0f) * (2);"),
    ("address-space-change", "thread float* p = out; p[i] = 1;", "device float* p = out + 1; p[i] = 1;"),
    (
        "address-space-change",
        "threadgroup float x[4]; device float* p = &x[1]; out[i] = p[0];",
        "threadgroup float x[4]; threadgroup float* p = &x[1]; p[0] = 1; out[i] = p[0];",
    ),
    (
        "address-space-change",
        "float x[4] = {}; out[i] = *(device float*)x;",
        "float x[4] = {}; thread float* p = x; { device float* p = out; p[i] = 1; } out[i] = *(thread int*)x + *p;",
    ),
    ("stray-sign", "out[i] = 1; @", "out[i] = 1;"),
    ("no-spaceship", "out[i] = (1 <=> 2) < 0;", "out[i] = (1 <= 2) && 3 > 2;"),
    ("not-a-kernel", "sampler s; out[i] = 1;", "float sampler = 1; out[i] = sampler;"),
]


@pytest.mark.parametrize(("rule", "bad", "good"), IN_A_KERNEL)
def test_rules_in_a_kernel(tmp_path: Path, rule: str, bad: str, good: str) -> None:
    """The rule finds the text at its line; a right text of the same shape has no finding at all."""
    found = refusals(tmp_path, BODY.format(body=bad))
    assert rule in {finding.rule for finding in found}
    assert {finding.line for finding in found} == {3}
    assert warnings(tmp_path, BODY.format(body=good)) == []


AT_FILE_SCOPE = [
    ("global-variable", "float table[2];", "constant float table[2] = {1, 2};"),
    (
        "global-variable",
        "device int counter;",
        "constant constexpr int n = 1; enum { a = 2 }; using T = float; struct S { int n; };",
    ),
    (
        "threadgroup-variable",
        "void g() { threadgroup float x[4]; x[0] = 1; }",
        "void g(threadgroup float* x) { threadgroup float* y = x; y[0] = 1; }",
    ),
    (
        "address-space",
        "float g(const float* x) { return x[0]; }",
        "float g(device const float* x, thread float& y) { return x[0] + y; }",
    ),
    ("address-space", "struct S { float* p; };", "struct S { device float* p; float q; };"),
    (
        "address-space",
        "struct A { int n; }; int g(const A& a) { return a.n; }",
        "struct A { int n; }; int g(constant A& a, A b) { return a.n + b.n; }",
    ),
    (
        "address-space-change",
        "float g(constant float* x) { return *x; } float h(device float* y) { return g(y + 1); }",
        "float g(device float* x, float y) { return *x + y; } float h(device float* y) { return g(y + 1, y[2]); }",
    ),
    (
        "recursion",
        "int g(int n) { return n ? g(n - 1) : 0; }",
        "int g(int n) { return n; } float g(float x) { return g(int(x)); }",
    ),
    (
        "recursion",
        "int h(int n); int g(int n) { return h(n); } int h(int n) { return n ? g(n - 1) : 0; }",
        "int h(int n) { return n; } int g(int n) { return h(n) + h(2); }",
    ),
    (
        "recursion",
        "int g(int n) { return n; } int g(int n, int m) { return m ? g(n, m - 1) : 0; }",
        "int g(int n) { return n; } int g(int n, int m) { return m ? g(n - 1) : 0; }",
    ),
    (
        "recursion",
        "struct S { int f(int n) const { return n ? f(n - 1) : 0; } int f() const { return f(3); } };",
        "struct S { int f(int n) const { return n; } int f() const { return f(3); } };",
    ),
    (  # which of several functions is called, with defaults, packs or other types, takes more than counting
        "recursion",
        "float g(float x, int n = 2) { return n ? g(x) : x; }",
        "float g(float x, int n = 2) { return x; } float g(int n) { return g(n, 3) + g(1.0f); }"
        " template <typename T> T sum(T a) { return a; }"
        " template <typename T, typename... R> T sum(T a, R... r) { return a + sum(r...); }",
    ),
    (  # one's own overload of a function of Metal's may call that
        "recursion",
        "float larger(float a, float b, float c) { return larger(a, b, c); }",
        "float max(float a, float b, float c, float d) { return max(a, max(b, max(c, d))); }"
        " half max(half2 a, half2 b) { return max(a.x, b.x); }",
    ),
    ("vendor-attribute", "[[gnu::constructor]] void g() {}", "[[maybe_unused]] inline void g() {}"),
    (
        "vendor-attribute",
        "[[using gnu: constructor]] void g() {}",
        "[[nodiscard]] inline int g() { return 1; }",
    ),
    ("no-virtual", "struct S { virtual int g(); };", "struct S { int g() const thread { return 1; } };"),
    ("no-extern", 'extern "C" int system(constant char* command);', "int system_of(int x) { return x; }"),
    (
        "no-variadic",
        "int g(int n, ...) { return n; }",
        "template <typename... T> int g(T... x) { return sizeof...(x); }",
    ),
    ("auto-parameter", "int g(auto x) { return x; }", "template <typename T> int g(T x) { return x; }"),
    (
        "no-concept",
        "template <typename T> concept C = true;",
        "template <typename T> constant constexpr bool c = true;",
    ),
    ("no-thread_local", "thread_local int n;", "constant int n = 1;"),
    (
        "pragma",
        '_Pragma("clang attribute push (__attribute__((weak)), apply_to = function)")',
        '_Pragma("METAL fp math_mode(safe)")',
    ),
]


@pytest.mark.parametrize(("rule", "bad", "good"), AT_FILE_SCOPE)
def test_rules_at_file_scope(tmp_path: Path, rule: str, bad: str, good: str) -> None:
    """The rule finds the text at its line; a right text of the same shape has no finding at all."""
    kernel = "\nkernel void f(device float* out) { out[0] = 1; }"
    assert rule in {finding.rule for finding in refusals(tmp_path, bad + kernel)}
    assert warnings(tmp_path, good + kernel) == []


def test_warnings_do_not_refuse(tmp_path: Path) -> None:
    """What Metal's compiler may take is told, and the text is translated all the same."""
    body = "constexpr int n = 1;\nkernel void f(device float* out) { out[0] = n; }"
    assert [(w.rule, w.line, w.certain) for w in warnings(tmp_path, body)] == [("global-variable", 3, False)]


FORBIDDEN_DIRECTIVES = [
    ("directive", '#line 1 "metal_stdlib"'),
    ("directive", '# 1 "/usr/include/metal_stdlib" 3'),
    ("directive", "/* text */ # 7"),
    ("directive", '/* over\ntwo lines */ # 7 "x"'),
    ("directive", '#\\\nline 3 "x"'),
    ("directive", '#\\ \nline 3 "x"'),
    ("directive", '%: 1 "x"'),
    ("directive", '// comment\r# 1 "x"'),
    ("directive", '#if 0\n\' /*\n#endif\n# 1 "x"\n/* */'),
    ("directive", '#embed "/etc/passwd"'),
    ("directive", "#include_next <metal_stdlib>"),
    ("directive", "#import <metal_stdlib>"),
    ("raw-string", 'constant char* s = R"(/*)";\n# 1 "x"\n/* */'),
    ("include", '#include "/etc/passwd"'),
    ("include", '#include "../secret.h"'),
    ("include", "#include </etc/passwd>"),
    ("include", "#include <../secret.h>"),
    ("include", "#define HEADER <metal_math>\n#include HEADER"),
    ("pragma", "#pragma clang module import Darwin"),
    ("pragma", "#pragma GCC system_header"),
    ("pragma", '#pragma push_macro("kernel")'),
]


@pytest.mark.parametrize(("rule", "text"), FORBIDDEN_DIRECTIVES)
def test_directives_that_would_deceive(tmp_path: Path, rule: str, text: str) -> None:
    """Forged line markers and ways to files of the host are refused before anything is preprocessed."""
    found = refusals(tmp_path, text + "\nkernel void f(device float* out) { out[0] = 1; }")
    assert [finding.rule for finding in found] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "#if defined(__METAL__) // kernels\n#define N 4\n#else\n#include <cstdint>\n#endif",
        '// # 1 "x"\n/*\n# 1 "x"\n*/',
        'static_assert(true, "# 1");',
        "#pragma unroll",
        "#include <metal_simdgroup>",
        "#define APPLY(x) x\\\n + 1\n#undef APPLY",
        "constant int n = 1'000;",
    ],
)
def test_directives_that_are_fine(tmp_path: Path, text: str) -> None:
    """Conditions, macros, comments and Metal's headers pass, also where a host's header is conditioned away."""
    assert warnings(tmp_path, text + "\nkernel void f(device float* out) { out[0] = 1; }") == []


def test_forged_marker_from_a_macro_is_no_marker(tmp_path: Path) -> None:
    """A line marker that a macro makes does not turn student text into a header's."""
    body = '#define HASH #\nHASH 1 "/usr/include/metal_stdlib"\nint g() { return __builtin_popcount(1); }'
    found = refusals(tmp_path, body)
    assert {"stray-sign", "reserved-name"} <= {finding.rule for finding in found}


def test_name_pasted_by_a_macro_is_found(tmp_path: Path) -> None:
    """Rules look at what the preprocessor leaves, not at what stands in the file."""
    body = "#define PASTE(a, b) a##b\nint g() { return PASTE(__buil, tin_popcount)(1); }"
    assert [(f.rule, f.line) for f in refusals(tmp_path, body)] == [("reserved-name", 4)]


@pytest.mark.parametrize("start", ["\ufeff", "\u00a0", "\f", "\u2003 "])
def test_blanks_before_a_forged_marker(tmp_path: Path, start: str) -> None:
    """A byte order mark and the blanks that clang skips do not hide a directive."""
    (tmp_path / "own.h").write_text(f'{start}# 1 "metal_stdlib"\n')
    assert [(f.rule, f.line) for f in refusals(tmp_path, '#include "own.h"')] == [("directive", 1)]


def test_headers_of_the_submission_are_read(tmp_path: Path) -> None:
    """An included file of the submission may not forge markers either."""
    (tmp_path / "own.h").write_text('int a;\n#line 1 "metal_stdlib"\n')
    found = refusals(tmp_path, '#include "own.h"')
    assert [(Path(f.file).name, f.line, f.rule) for f in found] == [("own.h", 2, "directive")]


def test_missing_host_header_is_told_in_metal_words(tmp_path: Path) -> None:
    """A header that Metal does not have is told as that."""
    found = refusals(tmp_path, "#include <iostream>")
    assert [(f.line, f.sentence) for f in found] == [(3, "Metal has no header `iostream`.")]


def test_mlx_headers_are_trusted_and_silent(tmp_path: Path) -> None:
    """MLX's own kernel headers use names that a submission may not, and are not searched."""
    body = '#include "mlx/backend/metal/kernels/utils.h"\nkernel void f(device float* out) { out[0] = 1; }'
    assert warnings(tmp_path, body) == []


def test_other_folder_cannot_pose_as_mlx(tmp_path: Path) -> None:
    """A folder of the submission that looks like MLX's is linted."""
    fake = tmp_path / "mlx" / "backend" / "metal" / "kernels"
    fake.mkdir(parents=True)
    (fake / "own.h").write_text("double g();\n")
    body = '#include "mlx/backend/metal/kernels/own.h"'
    assert [f.rule for f in refusals(tmp_path, body, include_dirs=[tmp_path])] == ["no-double"]


def test_unreadable_text_is_refused(tmp_path: Path) -> None:
    """Zero bytes and text that is not UTF-8 are refused."""
    path = metal_file(tmp_path, "")
    for data in (b"int a;\n\0", b"int a;\n\xff"):
        (tmp_path / "own.h").write_bytes(data)
        found = refusals(tmp_path, '#include "own.h"')
        assert [(f.rule, f.line) for f in found] == [("encoding", 2)]
    assert path.exists()
