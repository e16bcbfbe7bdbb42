"""The integer chapter, against Python's unbounded integers, at the ends of every type's range."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.simulator.stdlib_cases import Case, Compiled, case

TYPES = {"char": 8, "uchar": 8, "short": 16, "ushort": 16, "int": 32, "uint": 32, "long": 64, "ulong": 64}


class Range:
    """The values of an integer type."""

    def __init__(self, type: str) -> None:
        self.type, self.bits = type, TYPES[type]
        self.signed = not type.startswith("u")
        self.low = -(2 ** (self.bits - 1)) if self.signed else 0
        self.high = self.low + 2**self.bits - 1

    def wrap(self, x: int) -> int:
        return (x - self.low) % 2**self.bits + self.low

    def clip(self, x: int) -> int:
        return min(max(x, self.low), self.high)

    def pattern(self, x: int) -> int:
        return x % 2**self.bits


def reverse(x: int, r: Range) -> int:
    return int(format(r.pattern(x), f"0{r.bits}b")[::-1], 2)


def rotate(x: int, count: int, r: Range) -> int:
    left = r.pattern(count) % r.bits
    return (r.pattern(x) << left | r.pattern(x) >> (r.bits - left)) if left else x


UNARY: dict[str, Callable[[int, Range], int]] = {
    "abs": lambda x, r: abs(x),
    "clz": lambda x, r: r.bits - r.pattern(x).bit_length(),
    "ctz": lambda x, r: (r.pattern(x) & -r.pattern(x)).bit_length() - 1 if x else r.bits,
    "popcount": lambda x, r: bin(r.pattern(x)).count("1"),
    "reverse_bits": reverse,
}
BINARY: dict[str, Callable[[int, int, Range], int]] = {
    "absdiff": lambda x, y, r: abs(x - y),
    "addsat": lambda x, y, r: r.clip(x + y),
    "subsat": lambda x, y, r: r.clip(x - y),
    "hadd": lambda x, y, r: (x + y) >> 1,
    "rhadd": lambda x, y, r: (x + y + 1) >> 1,
    "max": lambda x, y, r: max(x, y),
    "min": lambda x, y, r: min(x, y),
    "mulhi": lambda x, y, r: (x * y) >> r.bits,
    "rotate": rotate,
}
TERNARY: dict[str, Callable[[int, int, int, Range], int]] = {
    "clamp": lambda x, y, z, r: min(max(x, y), z),
    "madhi": lambda x, y, z, r: ((x * y) >> r.bits) + z,
    "madsat": lambda x, y, z, r: r.clip(x * y + z),
    "max3": lambda x, y, z, r: max(x, y, z),
    "median3": lambda x, y, z, r: sorted((x, y, z))[1],
    "min3": lambda x, y, z, r: min(x, y, z),
}


def literal(x: int, type: str) -> str:
    suffix = "ul" if type == "ulong" else "l"
    return f"{type}(-{-x - 1}{suffix} - 1)" if x < 0 else f"{type}({x}{suffix})"


def argument(values: tuple[int, ...], type: str) -> str:
    if len(values) == 1:
        return f"opaque({literal(values[0], type)})"
    return f"opaque({type}{len(values)}{{{', '.join(literal(x, type) for x in values)}}})"


def calls(
    name: str, reference: Callable[..., int], points: list[tuple[int, ...]], r: Range
) -> Iterator[Case]:
    """Return the call for each point alone, and for the first three as a vector."""
    groups = [points[i : i + 1] for i in range(len(points))] + [points[:3]]
    for group in groups:
        columns = zip(*group, strict=True)
        arguments = ", ".join(argument(column, r.type) for column in columns)
        # A recorded integer is the 64-bit pattern, signed.
        expected = [r.wrap(reference(*point, r)) for point in group]
        yield case(f"{name}({arguments})", r.type, *(x - 2**64 if x >= 2**63 else x for x in expected))


def all_cases() -> Iterator[Case]:
    for type in TYPES:
        r = Range(type)
        ends = [r.high, r.low, 0, 1, 77]
        for name, unary in UNARY.items():
            yield from calls(name, unary, [(x,) for x in ends if (name, x) != ("abs", r.low)], r)
        pairs = [(r.high, 1), (r.low, r.high), (r.low, 1), (77, 13), (r.high, r.high), (r.low, r.low)]
        for name, binary in BINARY.items():
            # The difference of the two ends does not fit, and so has no defined value.
            usable = [p for p in pairs if name != "absdiff" or r.low <= abs(p[0] - p[1]) <= r.high]
            yield from calls(name, binary, usable, r)
        for name, ternary in TERNARY.items():
            points = [(77, 3, 100), (r.high, r.low, r.high), (r.high, 2, 5), (r.low, r.low, r.high)]
            if name == "clamp":
                points = [(77, 3, 100), (r.high, r.low, 5), (r.low, 2, 5), (4, r.low, r.high)]
            yield from calls(name, ternary, points, r)


INTEGERS = Compiled(
    [
        *all_cases(),
        case("mul24(opaque(1000), opaque(-3))", "int", -3000),
        case("mad24(opaque(1000u), opaque(3u), opaque(7u))", "uint", 3007),
        case("extract_bits(opaque(0xabcdu), 4u, 8u)", "uint", 0xBC),
        case("extract_bits(opaque(0xabcd), 4u, 8u)", "int", 0xBC - 256),
        case("extract_bits(opaque(0xabcdu), 4u, 0u)", "uint", 0),
        case("extract_bits(opaque(0xabcdu), 0u, 32u)", "uint", 0xABCD),
        case("extract_bits(opaque(uchar2{0xab, 0x12}), 4u, 4u)", "uchar", 0xA, 1),
        case("insert_bits(opaque(0xffffu), opaque(0u), 4u, 8u)", "uint", 0xF00F),
        case("insert_bits(opaque(0u), opaque(0x1ffu), 4u, 8u)", "uint", 0xFF0),
        case("insert_bits(opaque(1u), opaque(77u), 0u, 32u)", "uint", 77),
        case("insert_bits(opaque(int2{0, 0}), opaque(int2{1, 2}), 1u, 2u)", "int", 2, 4),
        case("max(opaque(int3{-1, 5, 2}), 1)", "int", 1, 5, 2),
        case("clamp(opaque(uint2{9, 1}), 2u, 4u)", "uint", 4, 2),
        case("max(opaque(char(3)), opaque(char(-3)))", "char", 3),
        # A narrow operand is promoted, as it is in any C++ expression.
        case("opaque(uchar(200)) + opaque(uchar(100))", "int", 300),
        case("opaque(uchar2{200, 1}) + opaque(uchar2{100, 1})", "uchar", 44, 2),
    ]
)


@pytest.mark.parametrize("function", INTEGERS.functions())
def test_functions_agree_with_unbounded_integers(function: str) -> None:
    """An integer function gives the mathematical result, wrapped or saturated as it is defined."""
    assert INTEGERS.mismatches(function) == []
