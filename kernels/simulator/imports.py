"""What a compiled kernel may call: the runtime, mathematics, and the compiler's own small functions.

Everything else is either declared and never defined, or a way out of the simulator.
"""

from __future__ import annotations

import re

from .elf import undefined_symbols
from .errors import Finding

RUNTIME = r"msim_\w+|__tsan_\w+"
MEMORY = r"mem(cpy|set|move|cmp)|bcmp|_GLOBAL_OFFSET_TABLE_"
MATHEMATICS = (
    r"(a?(sin|cos|tan)h?|atan2|exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|sqrt|cbrt|hypot|fabs|floor|ceil|round|rint"
    r"|nearbyint|trunc|fmod|remainder|fmin|fmax|fma|fdim|copysign|ldexp|frexp|modf|nextafter|ilogb|logb|sincos|erf|erfc"
    r"|lgamma|tgamma|l?lr(ou|i)nd|roundeven)f?"
)
CONVERSIONS = r"__(trunc|extend|float|floatun|fix|fixuns)\w+2|__(u?div|u?mod|mul)[dt]i3"
ALLOWED = re.compile(f"(?:{RUNTIME}|{MEMORY}|{MATHEMATICS}|{CONVERSIONS})")


def check_imports(compiled: bytes) -> list[Finding]:
    """Return a finding for every symbol of an object file that no kernel may need."""
    names = [name for name in undefined_symbols(compiled) if not ALLOWED.fullmatch(name)]
    return [
        Finding("", 0, "undefined", f"`{readable(name)}` is declared and used, but defined nowhere.")
        for name in names
    ]


def readable(symbol: str) -> str:
    """Return the function's name in a symbol: ``_ZN5tools4scaleEf`` is ``tools::scale``."""
    if not symbol.startswith("_Z"):
        return symbol
    names = []
    rest = symbol[2:].lstrip("N")
    while match := re.match(r"K?L?(\d+)", rest):
        start = match.end()
        names.append(rest[start : start + int(match[1])])
        rest = rest[start + int(match[1]) :]
    return "::".join(names) or symbol
