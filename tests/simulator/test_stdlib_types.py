"""Types: half and bfloat arithmetic, vectors and how they are built, packed vectors, as_type, limits and traits."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels.simulator import BFloat16
from tests.simulator.stdlib_cases import Case, Compiled, case

HALF_ULP = 2.0**-11  # half of the step behind 1 in half
BFLOAT_ULP = 2.0**-8

#: Each expression has another value when intermediate results are kept in float.
ROUNDING = Compiled(
    [
        case("opaque(half(1)) + opaque(half(0.0004f)) - opaque(half(1))", "half", 0.0),
        case("opaque(half(1)) + opaque(half(0.0004f)) + opaque(half(0.0004f))", "half", 1.0),
        case("opaque(half(300)) * opaque(half(300)) / opaque(half(300))", "half", math.inf),
        case("opaque(half(1.001f)) * opaque(half(1.001f)) - opaque(half(1))", "half", 2 * 2.0**-10),
        case("half(opaque(half2{1, 1}).x + opaque(half(0.0004f))) - opaque(half(1))", "half", 0.0),
        case("opaque(half2{1, 2}) + opaque(half2{0.0004, 0.5}) - opaque(half2{1, 2})", "half", 0.0, 0.5),
        case("opaque(bfloat(1)) + opaque(bfloat(0.003f)) - opaque(bfloat(1))", "bfloat", 0.0),
        case("opaque(bfloat(1)) + opaque(bfloat(0.003f)) + opaque(bfloat(0.003f))", "bfloat", 1.0),
        # A float operand makes the whole operation float.
        case(
            "opaque(half(1)) + opaque(0.0004f) - opaque(half(1))",
            "float",
            float(np.float32(1.0004) - np.float32(1)),
        ),
        case("opaque(bfloat(1)) + opaque(0.5f)", "float", 1.5),
        case("half(opaque(70000.0f))", "half", math.inf),
        case("half(opaque(65519.0f))", "half", 65504.0),
        case(f"half(opaque({1 + HALF_ULP!r}f))", "half", 1.0),
        case(f"half(opaque({1 + 3 * HALF_ULP!r}f))", "half", 1 + 4 * HALF_ULP),
        case(f"bfloat(opaque({1 + BFLOAT_ULP!r}f))", "bfloat", 1.0),
        case(f"bfloat(opaque({1 + 3 * BFLOAT_ULP!r}f))", "bfloat", 1 + 4 * BFLOAT_ULP),
        case("bfloat(opaque(NAN))", "bfloat", math.nan),
        case("bfloat(opaque(-INFINITY))", "bfloat", -math.inf),
        case("msim::make<bfloat>(opaque(half(1.0009765625f)))", "bfloat", 1.0),
        case("msim::make<half>(opaque(bfloat(3.0e38f)))", "half", math.inf),
        case("int(opaque(-1.75f))", "int", -1),
        case("msim::make<bfloat2>(opaque(half2{1, 2}))", "bfloat", 1.0, 2.0),
    ]
)

VECTORS = Compiled(
    [
        case("msim::make<float4>(opaque(float2{1, 2}), opaque(3), opaque(half(4)))", "float", 1.0, 2.0, 3.0, 4.0),
        case("msim::make<float4>(opaque(1), opaque(float3{2, 3, 4}))", "float", 1.0, 2.0, 3.0, 4.0),
        case("msim::make<int3>(opaque(7))", "int", 7, 7, 7),
        case("msim::make<int2>(opaque(float2{1.9, -1.9}))", "int", 1, -1),
        case("msim::make<uchar2>(opaque(int2{257, 3}))", "uchar", 1, 3),
        case("msim::make<float2>()", "float", 0.0, 0.0),
        case("msim::make<bool2>(opaque(float2{0.5, 0}))", "bool", 1, 0),
        case("msim::make<float2>(opaque(bool2{true, false}))", "float", 1.0, 0.0),
        case("msim::make<bool3>(opaque(int3{1, 2, 3}) < 2)", "bool", 1, 0, 0),
        case("msim::make<bool2>(!msim::make<bool2>(opaque(float2{0.5, 0})))", "bool", 0, 1),
        case("opaque(bool4{false, true, false, true}).yxw", "bool", 1, 0, 1),
        case("[] { bool4 b{}; for (int i = 0; i < 4; ++i) b[i] = opaque(i) % 2; return b; }()", "bool", 0, 1, 0, 1),
        case("[] { bool2 b{}; b.y = opaque(true); return b | bool2{true, false}; }()", "bool", 1, 1),
        case("int(sizeof(bool4))", "int", 4),
        case("opaque(float4{1, 2, 3, 4}).wzyx", "float", 4.0, 3.0, 2.0, 1.0),
        case("opaque(float4{1, 2, 3, 4}).rgb", "float", 1.0, 2.0, 3.0),
        case("[] { float4 v{1, 2, 3, 4}; v.xz = v.zx; return v; }()", "float", 3.0, 2.0, 1.0, 4.0),
        case("[] { float4 v{1, 2, 3, 4}; v.lo = v.hi; return v; }()", "float", 3.0, 4.0, 3.0, 4.0),
        case("opaque(float2{1, 2}) * 3", "float", 3.0, 6.0),
        case("2.0f - opaque(float2{1, 2})", "float", 1.0, 0.0),
        case("int(sizeof(float3)) + int(alignof(float3))", "int", 32),
        case("int(sizeof(packed_float3)) + int(alignof(packed_float3))", "int", 16),
        case("int(sizeof(half3))", "int", 8),
        case("int(sizeof(packed_half3))", "int", 6),
        case("msim::make<float3>(packed_float3(1, 2, 3)) + 1", "float", 2.0, 3.0, 4.0),
        case("[] { packed_float3 p(1, 2, 3); p.y = 5; p[2] += 1; p *= 2.0f; return float3(p); }()",
             "float", 2.0, 10.0, 8.0),
        case("packed_half2(1, 2) + packed_half2(3, 4)", "half", 4.0, 6.0),
        case("packed_float2(1, 2) * 2.0f", "float", 2.0, 4.0),
        case("msim::make<float4>(packed_float3(1, 2, 3), 4)", "float", 1.0, 2.0, 3.0, 4.0),
        case("msim::make<packed_float3>(1.0f, opaque(float2{2, 3})).z", "float", 3.0),
        case("as_type<uint>(opaque(1.0f))", "uint", 0x3F800000),
        case("as_type<half2>(opaque(0x3c004000u))", "half", 2.0, 1.0),
        case("as_type<uchar4>(opaque(0x04030201u))", "uchar", 1, 2, 3, 4),
        case("as_type<bfloat>(opaque(ushort(0x3f80)))", "bfloat", 1.0),
        case("as_type<int3>(opaque(float3{1, 2, 0})).y", "int", 0x40000000),
        case("[] { array<int, 3> a = {1, 2, 3}; a[1] = 7; int s = 0; for (int x : a) s += x; return s + a.size(); }()",
             "ulong", 14),
        case("[] { constexpr float2 v = msim::make<float2>(1, 2); return v; }()", "float", 1.0, 2.0),
    ]
)  # fmt: skip

LIMITS = Compiled(
    [
        *(
            case(f"numeric_limits<{type}>::{end}()", type, value - 2**64 if value >= 2**63 else value)
            for type, bits in {"char": 8, "short": 16, "int": 32, "long": 64}.items()
            for type, low in ((type, -(2 ** (bits - 1))), (f"u{type}", 0))
            for end, value in (("min", low), ("max", low + 2**bits - 1), ("lowest", low))
        ),
        case("numeric_limits<bool>::max()", "bool", 1),
        case("numeric_limits<float>::max()", "float", (2 - 2.0**-23) * 2.0**127),
        case("numeric_limits<float>::lowest()", "float", -(2 - 2.0**-23) * 2.0**127),
        case("numeric_limits<float>::min()", "float", 2.0**-126),
        case("numeric_limits<float>::denorm_min()", "float", 2.0**-149),
        case("numeric_limits<half>::max()", "half", 65504.0),
        case("numeric_limits<half>::min()", "half", 2.0**-14),
        case("numeric_limits<half>::epsilon()", "half", 2.0**-10),
        case("numeric_limits<half>::infinity()", "half", math.inf),
        case("numeric_limits<half>::denorm_min()", "half", 2.0**-24),
        case("numeric_limits<bfloat>::max()", "bfloat", (2 - 2.0**-7) * 2.0**127),
        case("numeric_limits<bfloat>::epsilon()", "bfloat", 2.0**-7),
        case("numeric_limits<bfloat>::quiet_NaN()", "bfloat", math.nan),
        case("numeric_limits<int>::digits", "int", 31),
        case("numeric_limits<half>::digits", "int", 11),
        case("int(numeric_limits<uint>::is_signed)", "int", 0),
        case("INT_MIN", "int", -(2**31)),
        case("ULONG_MAX", "ulong", -1),
        case("FLT_EPSILON", "float", 2.0**-23),
        case("HALF_MAX", "half", 65504.0),
    ]
)

#: Statements that must hold when they are compiled.
TRAITS = """
static_assert(is_same_v<remove_cv_t<const volatile int>, int> && is_same_v<decay_t<const int&>, int>);
static_assert(is_integral_v<uchar> && !is_integral_v<half> && is_integral<bool>::value);
static_assert(is_floating_point_v<half> && is_floating_point_v<bfloat> && is_floating_point_v<float>);
static_assert(!is_floating_point_v<int> && is_arithmetic_v<bfloat> && !is_arithmetic_v<float2>);
static_assert(is_signed_v<half> && is_signed_v<int> && !is_signed_v<uint> && is_unsigned_v<ulong>);
static_assert(is_same_v<make_unsigned_t<int>, uint> && is_same_v<make_signed_t<uchar>, signed char>);
static_assert(is_same_v<conditional_t<true, half, float>, half> && is_convertible_v<half, float>);
static_assert(is_same_v<enable_if_t<true, int>, int> && is_same_v<remove_reference_t<float&>, float>);
static_assert(is_same_v<float4, vec<float, 4>> && is_same_v<metal::half2, half2>);
static_assert(is_pointer_v<int*> && is_array_v<int[3]> && is_enum_v<mem_flags> && is_void_v<void>);
static_assert(is_base_of_v<true_type, is_same<int, int>> && integral_constant<int, 3>::value == 3);
template <typename T, int N> constexpr int size_of_vector(vec<T, N>) { return N; }
static_assert(size_of_vector(half3{}) == 3, "a function template deduces a vector's type and size");
static_assert(__METAL_VERSION__ >= 310);
"""
MEANING = Compiled([case("1", "int", 1)], setup=TRAITS)


@pytest.mark.parametrize("expression", ROUNDING.functions())
def test_half_and_bfloat_are_rounded_after_every_operation(expression: str) -> None:
    """The 16-bit types hold no excess precision, and conversions round to the nearest value, ties to even."""
    assert ROUNDING.mismatches(expression) == []


@pytest.mark.parametrize("expression", VECTORS.functions())
def test_vectors_are_built_and_taken_apart_as_in_metal(expression: str) -> None:
    """Constructors, swizzles, packed vectors and as_type give the components that Metal gives."""
    assert VECTORS.mismatches(expression) == []


@pytest.mark.parametrize("expression", LIMITS.functions())
def test_limits_are_those_of_the_types(expression: str) -> None:
    """numeric_limits and the limit macros hold the ends of each type, in that type."""
    assert LIMITS.mismatches(expression) == []


def test_type_traits_mean_what_their_names_say() -> None:
    """The traits know half and bfloat as floating-point types, and vectors as no arithmetic ones."""
    assert MEANING.mismatches("1") == []


def test_bfloat_conversion_agrees_with_the_python_side() -> None:
    """Every kind of float is rounded to the same bfloat here and where arrays are handed to kernels."""
    bits = [0x3F808000, 0x3F818000, 0x3F808001, 0x7F7FFFFF, 0x00000001, 0x80008000, 0x7F800000, 0xFF800000]
    floats = np.array(bits, np.uint32).view(np.float32)
    cases = [Case(f"as_type<ushort>(bfloat(as_type<float>(opaque({x}u))))", "ushort", (0,)) for x in bits]
    compiled = Compiled(cases)
    got = [compiled.value(chosen).integers[0] for chosen in cases]
    np.testing.assert_array_equal(got, BFloat16.from_float(floats).bits)
