"""The math chapter: every function against Python's, for float and half, alone and in vectors."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tests.simulator.stdlib_cases import Case, Compiled, case, round_to

LANES = (1, 2, 3, 4)


def sinpi(x: float) -> float:
    return math.sin(math.pi * math.fmod(x, 2.0)) if x % 1.0 else 0.0


def cospi(x: float) -> float:
    return math.cos(math.pi * math.fmod(x, 2.0)) if (x + 0.5) % 1.0 else 0.0


def half_away(x: float) -> float:
    return math.copysign(math.floor(abs(x) + 0.5), x)


def to_even(x: float) -> float:
    return math.copysign(round(x), x)


#: Function, its reference, and points exact in half that it is called with.
UNARY: tuple[tuple[str, Callable[[float], float], tuple[float, ...]], ...] = (
    ("acos", math.acos, (0.5, -0.75, 1.0, 0.0)),
    ("acosh", math.acosh, (1.5, 2.0, 10.0, 1.25)),
    ("asin", math.asin, (0.5, -0.75, 1.0, 0.0)),
    ("asinh", math.asinh, (0.5, -2.0, 10.0, 0.0)),
    ("atan", math.atan, (0.5, -2.0, 100.0, 0.0)),
    ("atanh", math.atanh, (0.5, -0.75, 0.25, 0.0)),
    ("ceil", math.ceil, (0.5, 2.0, 1.25, 7.75)),
    ("cos", math.cos, (0.5, -2.0, 3.0, 0.0)),
    ("cosh", math.cosh, (0.5, -2.0, 3.0, 0.0)),
    ("cospi", cospi, (0.25, 0.5, 1.0, -1.25)),
    ("exp", math.exp, (0.5, -2.0, 3.0, 0.0)),
    ("exp10", lambda x: 10.0**x, (0.5, -2.0, 3.0, 0.0)),
    ("exp2", lambda x: 2.0**x, (0.5, -2.0, 3.0, 0.0)),
    ("fabs", math.fabs, (0.5, -2.0, -0.0, 7.0)),
    ("abs", math.fabs, (0.5, -2.0, -0.0, 7.0)),
    ("floor", math.floor, (1.5, -2.25, 3.0, -0.5)),
    ("fract", lambda x: x - math.floor(x), (1.5, -2.25, 3.0, -0.5)),
    ("log", math.log, (0.5, 2.0, 1.0, 100.0)),
    ("log10", math.log10, (0.5, 2.0, 1.0, 100.0)),
    ("log2", math.log2, (0.5, 3.0, 1.0, 100.0)),
    ("rint", to_even, (0.5, 1.5, 2.5, -3.75)),
    ("round", half_away, (0.5, 1.5, -2.5, -3.75)),
    ("rsqrt", lambda x: 1.0 / math.sqrt(x), (4.0, 2.0, 0.5, 100.0)),
    ("sin", math.sin, (0.5, -2.0, 3.0, 0.0)),
    ("sinh", math.sinh, (0.5, -2.0, 3.0, 0.0)),
    ("sinpi", sinpi, (0.25, 0.5, 1.0, -1.25)),
    ("sqrt", math.sqrt, (4.0, 2.0, 0.5, 100.0)),
    ("tan", math.tan, (0.5, -2.0, 3.0, 0.0)),
    ("tanh", math.tanh, (0.5, -2.0, 3.0, 0.0)),
    ("tanpi", lambda x: math.tan(math.pi * x), (0.25, 0.125, 1.25, -0.25)),
    ("trunc", math.trunc, (1.5, -2.25, 3.0, 7.75)),
)
BINARY: tuple[tuple[str, Callable[[float, float], float], tuple[tuple[float, float], ...]], ...] = (
    ("atan2", math.atan2, ((1.0, 2.0), (-1.0, 0.5), (1.0, -1.0), (0.0, -1.0))),
    ("copysign", math.copysign, ((1.0, -2.0), (-1.0, 0.5), (2.0, -0.0), (0.0, -1.0))),
    ("divide", lambda x, y: x / y, ((1.0, 3.0), (-1.0, 0.5), (2.0, 7.0), (0.0, 5.0))),
    ("fdim", lambda x, y: max(x - y, 0.0), ((1.0, 3.0), (3.0, 1.0), (2.0, 2.0), (0.0, -5.0))),
    ("fmax", max, ((1.0, 3.0), (3.0, 1.0), (-2.0, 2.0), (0.5, -5.0))),
    ("fmin", min, ((1.0, 3.0), (3.0, 1.0), (-2.0, 2.0), (0.5, -5.0))),
    ("fmod", math.fmod, ((5.5, 3.0), (-5.5, 3.0), (2.0, -0.75), (0.5, 5.0))),
    ("max", max, ((1.0, 3.0), (3.0, 1.0), (-2.0, 2.0), (0.5, -5.0))),
    ("min", min, ((1.0, 3.0), (3.0, 1.0), (-2.0, 2.0), (0.5, -5.0))),
    ("pow", math.pow, ((2.0, 3.0), (2.0, -0.5), (0.5, 2.5), (-3.0, 3.0))),
    ("powr", math.pow, ((2.0, 3.0), (2.0, -0.5), (0.5, 2.5), (3.0, 0.0))),
)
TERNARY: tuple[tuple[str, Callable[..., float], tuple[tuple[float, ...], ...]], ...] = (
    (
        "fma",
        lambda x, y, z: x * y + z,
        ((2.0, 3.0, 1.0), (0.5, -3.0, 4.0), (1.5, 1.5, 0.0), (2.0, 2.0, -4.0)),
    ),
    ("fmax3", max, ((2.0, 3.0, 1.0), (0.5, -3.0, 4.0), (1.5, 1.25, 0.0), (2.0, 2.0, -4.0))),
    ("fmin3", min, ((2.0, 3.0, 1.0), (0.5, -3.0, 4.0), (1.5, 1.25, 0.0), (2.0, 2.0, -4.0))),
    (
        "fmedian3",
        lambda *x: sorted(x)[1],
        ((2.0, 3.0, 1.0), (0.5, -3.0, 4.0), (1.5, 1.25, 0.0), (2.0, 2.0, -4.0)),
    ),
)


def argument(type: str, values: tuple[float, ...]) -> str:
    if len(values) == 1:
        return f"opaque({type}({values[0]}f))"
    return f"opaque({type}{len(values)}{{{', '.join(f'{type}({x}f)' for x in values)}}})"


def elementwise(name: str, reference: Callable[..., float], points: list[tuple[float, ...]]) -> list[Case]:
    """One case per type and number of lanes: `points` holds the arguments of each lane."""
    cases = []
    for type in ("float", "half"):
        for lanes in LANES:
            arguments = zip(*points[:lanes], strict=True)
            call = f"{name}({', '.join(argument(type, column) for column in arguments)})"
            expected = tuple(float(reference(*point)) for point in points[:lanes])
            cases.append(case(call, type, *expected, ulps=2 if type == "float" else 1))
    return cases


MATH = Compiled(
    [
        *(c for name, f, xs in UNARY for c in elementwise(name, f, [(x,) for x in xs])),
        *(c for name, f, points in BINARY for c in elementwise(name, f, list(points))),
        *(c for name, f, points in TERNARY for c in elementwise(name, f, list(points))),
    ]
)

INF, NAN = math.inf, math.nan

EDGES = Compiled(
    [
        case("fmin(opaque(NAN), opaque(1.0f))", "float", 1.0),
        case("fmax(opaque(1.0f), opaque(NAN))", "float", 1.0),
        case("max(opaque(NAN), opaque(-INFINITY))", "float", -INF),
        case("min(opaque(NAN), opaque(NAN))", "float", NAN),
        case("max(opaque(half(NAN)), opaque(half(2.0f)))", "half", 2.0),
        case("fmedian3(opaque(NAN), opaque(1.0f), opaque(2.0f))", "float", 1.0),
        case("exp(opaque(-INFINITY))", "float", 0.0),
        case("log(opaque(0.0f))", "float", -INF),
        case("opaque(1.0f) / opaque(0.0f)", "float", INF),
        case("rsqrt(opaque(0.0f))", "float", INF),
        case("sqrt(opaque(-1.0f))", "float", NAN),
        case("fdim(opaque(NAN), opaque(1.0f))", "float", NAN),
        # The nearest float below 0 would give 1.
        case("fract(opaque(-0x1.0p-30f))", "float", 1.0 - 2.0**-24),
        case("fract(opaque(half(-0x1.0p-14f)))", "half", 1.0 - 2.0**-11),
        case("round(opaque(-0.25f))", "float", -0.0),
        case("sinpi(opaque(1000001.0f))", "float", -0.0),
        case("nextafter(opaque(1.0f), opaque(2.0f))", "float", 1.0 + 2.0**-23),
        case("nextafter(opaque(half(1.0f)), opaque(half(0.0f)))", "half", 1.0 - 2.0**-11),
        case("nextafter(opaque(0.0f), opaque(-1.0f))", "float", -(2.0**-149)),
        case("nextafter(opaque(-1.0f), opaque(0.0f))", "float", -1.0 + 2.0**-24),
        case("ldexp(opaque(0.75f), opaque(4))", "float", 12.0),
        case("ldexp(opaque(half2{1, 3}), opaque(int2{2, -1}))", "half", 4.0, 1.5),
        case("ilogb(opaque(10.0f))", "int", 3),
        case("ilogb(opaque(float2{0.25f, 1.0f}))", "int", -2, 0),
        case("pow(opaque(2.0f), opaque(3))", "float", 8.0),
        case("max(opaque(float4{-1, 2, -3, 4}), 0.0f)", "float", 0.0, 2.0, 0.0, 4.0),
        case("pow(opaque(float2{2, 3}), 2.0f)", "float", 4.0, 9.0),
        case("fast::exp(opaque(0.0f))", "float", 1.0),
        case("precise::sqrt(opaque(float2{4, 9}))", "float", 2.0, 3.0),
        case("metal::fast::max(opaque(half(1)), opaque(half(2)))", "half", 2.0),
        # bfloat is converted to float, as an argument of any function without a bfloat form.
        case("exp(opaque(bfloat(0.0f)))", "float", 1.0),
        case("max(opaque(bfloat(1.0f)), opaque(bfloat(2.0f)))", "float", 2.0),
        case("[] { int e = 0; float m = frexp(opaque(10.0f), e); return float2{m, float(e)}; }()", "float", 0.625, 4.0),
        case("[] { float w; float f = modf(opaque(-2.75f), w); return float2{f, w}; }()", "float", -0.75, -2.0),
        case("[] { half2 w; half2 f = modf(opaque(half2{1.5, -2.5}), w); return half4{f.x, w.x, f.y, w.y}; }()",
             "half", 0.5, 1.0, -0.5, -2.0),
        case("[] { float c; float s = sincos(opaque(0.0f), c); return float2{s, c}; }()", "float", 0.0, 1.0),
        case("[] { int2 e; float2 m = frexp(opaque(float2{8, 3}), e); return msim::make<float4>(m, e); }()",
             "float", 0.5, 0.75, 4.0, 2.0),
    ]
)  # fmt: skip

CONSTANTS = Compiled(
    [
        case("M_PI_F", "float", math.pi),
        case("M_E_F", "float", math.e),
        case("M_LOG2E_F", "float", 1 / math.log(2)),
        case("M_LOG10E_F", "float", 1 / math.log(10)),
        case("M_LN2_F", "float", math.log(2)),
        case("M_LN10_F", "float", math.log(10)),
        case("M_PI_2_F", "float", math.pi / 2),
        case("M_PI_4_F", "float", math.pi / 4),
        case("M_1_PI_F", "float", 1 / math.pi),
        case("M_2_PI_F", "float", 2 / math.pi),
        case("M_2_SQRTPI_F", "float", 2 / math.sqrt(math.pi)),
        case("M_SQRT2_F", "float", math.sqrt(2)),
        case("M_SQRT1_2_F", "float", math.sqrt(0.5)),
        case("M_PI_H", "half", round_to(math.pi, "float")),
        case("MAXFLOAT", "float", (2 - 2.0**-23) * 2.0**127),
        case("MAXHALF", "half", 65504.0),
        case("HUGE_VALF", "float", INF),
        case("HUGE_VALH", "half", INF),
        case("NAN", "float", NAN),
    ]
)


@pytest.mark.parametrize("function", MATH.functions())
def test_functions_agree_with_python_for_every_type_and_number_of_lanes(function: str) -> None:
    """A function of the math chapter gives Python's result, within two units of the last place."""
    assert MATH.mismatches(function) == []


@pytest.mark.parametrize("function", EDGES.functions())
def test_special_arguments_give_what_metal_defines(function: str) -> None:
    """NaN, infinities, zeros and ends of ranges give what the specification says; no tolerance."""
    assert EDGES.mismatches(function) == []


@pytest.mark.parametrize("function", CONSTANTS.functions())
def test_constants_are_the_nearest_of_their_type(function: str) -> None:
    """A numeric constant is the mathematical value, rounded once."""
    assert CONSTANTS.mismatches(function) == []
