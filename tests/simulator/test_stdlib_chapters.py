"""Common, relational, geometric, matrix and packing functions, by values that one can work out by hand."""

from __future__ import annotations

import math

import pytest

from tests.simulator.stdlib_cases import Compiled, case

COMMON = Compiled(
    [
        case("clamp(opaque(5.0f), 1.0f, 3.0f)", "float", 3.0),
        case("clamp(opaque(NAN), 1.0f, 3.0f)", "float", 1.0),
        case("clamp(opaque(float3{0, 2, 9}), 1, 3)", "float", 1.0, 2.0, 3.0),
        case("clamp(opaque(half2{0, 9}), half2{1, 1}, half2{3, 3})", "half", 1.0, 3.0),
        case("saturate(opaque(float4{-1, 0.25, 2, NAN}))", "float", 0.0, 0.25, 1.0, 0.0),
        case("saturate(opaque(half(1.5f)))", "half", 1.0),
        case("mix(opaque(1.0f), 5.0f, 0.25f)", "float", 2.0),
        case("mix(opaque(float2{1, 2}), float2{5, 4}, 0.5f)", "float", 3.0, 3.0),
        case("mix(opaque(half(1)), half(3), half(0.5f))", "half", 2.0),
        case("sign(opaque(float4{-3, 5, 0, NAN}))", "float", -1.0, 1.0, 0.0, 0.0),
        case("sign(opaque(-0.0f))", "float", -0.0),
        case("step(opaque(2.0f), 1.0f)", "float", 0.0),
        case("step(opaque(float2{2, 2}), float2{2, 3})", "float", 1.0, 1.0),
        case("smoothstep(opaque(0.0f), 2.0f, 1.0f)", "float", 0.5),
        case("smoothstep(0.0f, 1.0f, opaque(float3{-1, 0.25, 2}))", "float", 0.0, 0.15625, 1.0),
        case("precise::clamp(opaque(-1.0f), 0.0f, 1.0f)", "float", 0.0),
    ]
)

RELATIONAL = Compiled(
    [
        case("all(opaque(bool3{true, true, false}))", "bool", 0),
        case("all(opaque(float2{1, 2}) > 0)", "bool", 1),
        case("any(opaque(bool2{false, true}))", "bool", 1),
        case("any(opaque(int4{1, 2, 3, 4}) == 5)", "bool", 0),
        case("isnan(opaque(float2{NAN, 1}))", "bool", 1, 0),
        case("isnan(opaque(half(NAN)))", "bool", 1),
        case("isnan(opaque(bfloat(1.0f)))", "bool", 0),
        case("isinf(opaque(float3{INFINITY, -INFINITY, NAN}))", "bool", 1, 1, 0),
        case("isinf(opaque(half(70000.0f)))", "bool", 1),
        case("isfinite(opaque(float2{1, INFINITY}))", "bool", 1, 0),
        case("isnormal(opaque(float2{1.0e-40f, 1}))", "bool", 0, 1),
        case("isnormal(opaque(half(0x1.0p-15f)))", "bool", 0),
        case("isnormal(opaque(half(0x1.0p-14f)))", "bool", 1),
        case("isordered(opaque(1.0f), NAN)", "bool", 0),
        case("isunordered(opaque(float2{1, NAN}), float2{2, 3})", "bool", 0, 1),
        case("signbit(opaque(float2{-0.0f, 1}))", "bool", 1, 0),
        case("select(opaque(1.0f), 2.0f, opaque(true))", "float", 2.0),
        case("select(opaque(bfloat(1)), bfloat(2), opaque(false))", "bfloat", 1.0),
        case("select(opaque(int2{1, 2}), int2{3, 4}, opaque(bool2{true, false}))", "int", 3, 2),
        case("select(opaque(half2{1, 2}), half2{3, 4}, opaque(half2{1, 2}) > half(1))", "half", 1.0, 4.0),
        case("select(opaque(float2{1, 2}), 9.0f, opaque(float2{1, 2}) > 1)", "float", 1.0, 9.0),
    ]
)

GEOMETRIC = Compiled(
    [
        case("dot(opaque(float3{1, 2, 3}), float3{4, 5, 6})", "float", 32.0),
        case("dot(opaque(half2{1, 2}), half2{3, 4})", "half", 11.0),
        case("cross(opaque(float3{1, 0, 0}), float3{0, 1, 0})", "float", 0.0, 0.0, 1.0),
        case("length(opaque(float2{3, 4}))", "float", 5.0),
        case("fast::length(opaque(half2{3, 4}))", "half", 5.0),
        case("length_squared(opaque(float2{3, 4}))", "float", 25.0),
        case("distance(opaque(float3{1, 1, 1}), float3{1, 4, 5})", "float", 5.0),
        case("distance_squared(opaque(float2{1, 1}), float2{4, 5})", "float", 25.0),
        case("normalize(opaque(float2{3, 4}))", "float", 0.6, 0.8, ulps=2),
        case("precise::normalize(opaque(half2{0, 4}))", "half", 0.0, 1.0),
        case("faceforward(opaque(float2{1, 2}), float2{1, 0}, float2{1, 0})", "float", -1.0, -2.0),
        case("reflect(opaque(float2{1, -1}), float2{0, 1})", "float", 1.0, 1.0),
        case("refract(opaque(float2{0, -1}), float2{0, 1}, 1.5f)", "float", 0.0, -1.0),
        case("refract(opaque(float2{0.8, -0.6}), float2{0, 1}, 1.5f)", "float", 0.0, 0.0),
    ]
)

MATRICES = Compiled(
    [
        # Two columns of three rows each.
        case("a[1]", "float", 4.0, 5.0, 6.0),
        case("a[1][2]", "float", 6.0),
        case("a * float2{1, 10}", "float", 41.0, 52.0, 63.0),
        case("float3{1, 1, 1} * a", "float", 6.0, 15.0),
        case("transpose(a)[2]", "float", 3.0, 6.0),
        case("(transpose(a) * a)[1]", "float", 32.0, 77.0),
        case("(a + a * 2.0f)[0]", "float", 3.0, 6.0, 9.0),
        case("(0.5f * a - a)[0]", "float", -0.5, -1.0, -1.5),
        case("float3x3(2.0f)[1]", "float", 0.0, 2.0, 0.0),
        case("float2x2(1, 2, 3, 4)[1]", "float", 3.0, 4.0),
        case("half2x2(float2x2(1, 2, 3, 4))[0]", "half", 1.0, 2.0),
        case("msim::make<float2x2>(float2{1, 2}, float2{3, 4})[1]", "float", 3.0, 4.0),
        case("determinant(float2x2(1, 2, 3, 4))", "float", -2.0),
        case("determinant(float3x3(2, 0, 0, 0, 3, 0, 0, 0, 4))", "float", 24.0),
        case("determinant(float4x4(0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3))", "float", -6.0),
        case("int(sizeof(float3x3))", "int", 48),
        case("a == transpose(transpose(a))", "bool", 1),
        case("[] { float2x2 m(1.0f); m[1] = float2{5, 6}; m *= 2.0f; return m[1]; }()", "float", 10.0, 12.0),
    ],
    setup="static float2x3 a(float3{1, 2, 3}, float3{4, 5, 6});",
)

PACKING = Compiled(
    [
        case("pack_float_to_unorm4x8(opaque(float4{0, 1, 0.5, 2}))", "uint", 0xFF80FF00),
        case("pack_float_to_snorm4x8(opaque(float4{-1, 1, 0, -2}))", "uint", 0x81007F81),
        case("pack_float_to_unorm2x16(opaque(float2{1, 0}))", "uint", 0xFFFF),
        case("pack_float_to_snorm2x16(opaque(float2{-1, 1}))", "uint", 0x7FFF8001),
        case("pack_half_to_unorm4x8(opaque(half4{1, 0, 1, 0}))", "uint", 0x00FF00FF),
        case("pack_float_to_unorm10a2(opaque(float4{1, 0, 1, 1}))", "uint", 0xFFF003FF),
        case("pack_float_to_unorm565(opaque(float3{1, 0, 1}))", "ushort", 0xF81F),
        case("pack_float_to_srgb_unorm4x8(opaque(float4{1, 0, 0.0031308, 0.5}))", "uint", 0x800A00FF),
        case("unpack_unorm4x8_to_float(opaque(0xff00ff00u))", "float", 0.0, 1.0, 0.0, 1.0),
        case("unpack_snorm4x8_to_float(opaque(0x81807f00u))", "float", 0.0, 1.0, -1.0, -1.0),
        case("unpack_unorm2x16_to_half(opaque(0xffff0000u))", "half", 0.0, 1.0),
        case("unpack_snorm2x16_to_float(opaque(0x80007fffu))", "float", 1.0, -1.0),
        case("unpack_unorm10a2_to_float(opaque(0xc00003ffu))", "float", 1.0, 0.0, 0.0, 1.0),
        case("unpack_unorm565_to_float(opaque(ushort(0x001f)))", "float", 1.0, 0.0, 0.0),
        case("unpack_unorm4x8_srgb_to_float(opaque(0x800000ffu))", "float", 1.0, 0.0, 0.0, 128 / 255),
    ]
)


@pytest.mark.parametrize("function", COMMON.functions())
def test_common_functions(function: str) -> None:
    """clamp, mix, saturate, sign, step and smoothstep give their definitions' values, NaN included."""
    assert COMMON.mismatches(function) == []


@pytest.mark.parametrize("function", RELATIONAL.functions())
def test_relational_functions(function: str) -> None:
    """Questions about numbers are answered with bool, lane by lane, in the terms of the number's own type."""
    assert RELATIONAL.mismatches(function) == []


@pytest.mark.parametrize("function", GEOMETRIC.functions())
def test_geometric_functions(function: str) -> None:
    """Lengths, products and reflections of vectors with whole numbers as answers."""
    assert GEOMETRIC.mismatches(function) == []


@pytest.mark.parametrize("function", MATRICES.functions())
def test_matrices(function: str) -> None:
    """A matrix is a list of columns, and is built, multiplied and transposed as one."""
    assert MATRICES.mismatches(function) == []


@pytest.mark.parametrize("function", PACKING.functions())
def test_packing_functions(function: str) -> None:
    """Component 0 lies in the lowest bits; values out of range are clamped, and halves are rounded to even."""
    assert PACKING.mismatches(function) == []


def test_square_roots_of_all_kinds_agree() -> None:
    """sqrt and rsqrt are correctly rounded for powers of four in half, where a double rounding would show."""
    compiled = Compiled(
        [case(f"sqrt(opaque(half({4.0**n}f)))", "half", math.ldexp(1.0, n)) for n in range(-7, 8)]
    )
    assert compiled.mismatches("sqrt") == []
