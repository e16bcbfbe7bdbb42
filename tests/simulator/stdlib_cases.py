"""Compile many expressions of the Metal standard library in one go, and call each.

An expression is C++ as the translator leaves it: `float4{1, 2, 3, 4}` for a vector, no address spaces.
"""

from __future__ import annotations

import ctypes
import math
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kernels.simulator import compiler
from kernels.simulator.errors import CompileError

PRELUDE = """
#include <metal_stdlib>
using namespace metal;

#define EXPORTED extern "C" __attribute__((visibility("default")))
struct Recorded { char type[16]; int lanes; double values[16]; long integers[16]; };

template <typename T> constexpr const char* type_name = "?";
#define NAME(T) template <> constexpr const char* type_name<T> = #T;
MSIM_FOR_EACH_NUMBER(NAME)
NAME(bool)
template <> constexpr const char* type_name<msim::truth> = "bool";

// The compiler must not know the value, or it would compute the call itself.
template <typename T> T opaque(T x) { asm volatile("" : "+m"(x)); return x; }

template <typename T> void record(Recorded* to, T value) {
  using E = msim::element<T>;
  int i = 0;
  for (const char* c = type_name<E>; *c; ++c) to->type[i++] = *c;
  to->lanes = msim::lanes<T>;
  for (int k = 0; k < msim::lanes<T>; ++k) {
    E x;
    if constexpr (msim::Vector<T>) x = value[k]; else x = value;
    to->values[k] = double(x);
    if constexpr (__is_integral(E)) to->integers[k] = long(x);
  }
}
"""


class Recorded(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_char * 16),
        ("lanes", ctypes.c_int),
        ("values", ctypes.c_double * 16),
        ("integers", ctypes.c_int64 * 16),
    )


@dataclass(frozen=True)
class Case:
    """An expression, the element type and the lanes it must have; `ulps` is the error allowed in the last place."""

    expression: str
    type: str
    expected: tuple[float, ...]
    ulps: float = 0

    @property
    def function(self) -> str:
        """Name that the expression starts with; of an operator or a lambda, the whole expression."""
        called = re.match(r"(?:\w+::)*(\w+)\(", self.expression)
        return called[1] if called and called[1] != "opaque" else self.expression


def case(expression: str, type: str, *expected: float, ulps: float = 0) -> Case:
    return Case(expression, type, expected, ulps)


def compile_text(text: str, directory: Path) -> ctypes.CDLL:
    """Compile a C++ text that includes our headers, as a translated kernel is compiled, and load it."""
    source, compiled, library = (directory / name for name in ("cases.cpp", "cases.o", "cases.so"))
    source.write_text(text)
    for command in (compiler.command("fast", source, compiled), compiler.link_command([compiled], library)):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CompileError(compiler.compiler_findings(done.stderr))
    ctypes.CDLL("libm.so.6", mode=ctypes.RTLD_GLOBAL)
    return ctypes.CDLL(str(library))


class Compiled:
    """All cases of one chapter, compiled together when the first is asked for."""

    def __init__(self, cases: Sequence[Case], setup: str = "") -> None:
        self.cases = list(cases)
        self.setup = setup
        self.library: ctypes.CDLL | None = None
        self.error = ""

    def value(self, case: Case) -> Recorded:
        if self.error:
            pytest.fail(self.error, pytrace=False)
        if self.library is None:
            functions = [
                f"EXPORTED void case_{i}(Recorded* to) {{ record(to, {c.expression}); }}"
                for i, c in enumerate(self.cases)
            ]
            with tempfile.TemporaryDirectory() as directory:
                text = "\n".join([PRELUDE, self.setup, *functions])
                try:
                    self.library = compile_text(text, Path(directory))
                except CompileError as error:
                    # Reported once per case without a traceback, which would hold the text of all cases.
                    self.error = f"the cases do not compile: {error}"
                    pytest.fail(self.error, pytrace=False)
        recorded = Recorded()
        self.library[f"case_{self.cases.index(case)}"](ctypes.byref(recorded))
        return recorded

    def functions(self) -> list[str]:
        """Names of the functions that the cases call, as parameters of a test."""
        return list(dict.fromkeys(case.function for case in self.cases))

    def mismatches(self, function: str) -> list[str]:
        """What the cases of one function give where it is not what they expect: type, number of lanes, or value."""
        found = (mismatch(case, self.value(case)) for case in self.cases if case.function == function)
        return [sentence for sentence in found if sentence]


def mismatch(case: Case, got: Recorded) -> str:
    type = got.type.decode()
    values = tuple((got.values if type in SPACING else got.integers)[: got.lanes])
    same_shape = (type, got.lanes) == (case.type, len(case.expected))
    if same_shape and all(
        agrees(x, expected, case) for x, expected in zip(values, case.expected, strict=True)
    ):
        return ""
    return f"{case.expression} = {type}{list(values)}, not {case.type}{list(case.expected)}"


#: Significant bits and smallest exponent of the floating types.
SPACING = {"float": (24, -126), "half": (11, -14), "bfloat": (8, -126)}


def round_to(x: float, type: str) -> float:
    """Round a Python number to the nearest value of `type`."""
    if math.isnan(x) or math.isinf(x) or x == 0 or type not in SPACING:
        return x
    if type != "bfloat":
        with np.errstate(over="ignore"):
            return float({"float": np.float32, "half": np.float16}[type](x))
    unit = ulp(x, type)
    return round(x / unit) * unit


def ulp(x: float, type: str) -> float:
    digits, smallest = SPACING[type]
    exponent = max(math.frexp(x)[1] - 1, smallest) if x else smallest
    return math.ldexp(1.0, exponent - digits + 1)


def agrees(value: float, expected: float, case: Case) -> bool:
    if case.type not in SPACING:
        return value == expected
    expected = round_to(expected, case.type)
    if math.isnan(expected):
        return math.isnan(value)
    if case.ulps == 0 or math.isinf(expected):
        return value == expected and math.copysign(1, value) == math.copysign(1, expected)
    return abs(value - expected) <= case.ulps * ulp(expected, case.type)
