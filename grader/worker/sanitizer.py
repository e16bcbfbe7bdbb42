"""Reads what AddressSanitizer and UndefinedBehaviorSanitizer printed, and says it in a sentence; the grader's side.

The text comes from the worker: who forges a report in it harms nobody but himself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from .faults import clean

TEXT_CHARS = 200
# set by us, in the environment: that goes before what a library sets for itself
OPTIONS = (
    (
        "ASAN_OPTIONS",
        "detect_leaks=0:abort_on_error=0:exitcode=86:halt_on_error=1:symbolize=0:handle_segv=1:allow_user_segv_handler=0",
    ),
    ("UBSAN_OPTIONS", "print_stacktrace=0:halt_on_error=1:abort_on_error=0:exitcode=86"),
)
# in a source: what makes the sanitizers see less
SWITCHES = re.compile(
    rb"__(?:asan|ubsan|sanitizer|lsan)_\w+|no_?sanitize\w*|no_address_safety_analysis|__SANITIZE_ADDRESS__|__has_feature"
)

_ADDRESS = re.compile(r"ERROR: AddressSanitizer: (?P<kind>[\w-]+)")
_UNDEFINED = re.compile(r"^(?P<path>[^\s:]+):(?P<line>\d+):\d+: runtime error: (?P<text>.*)$", re.MULTILINE)
_ACCESS = re.compile(r"^(?P<what>READ|WRITE) of size (?P<size>\d+)", re.MULTILINE)
_FRAME = re.compile(
    r"^\s+#\d+ 0x[0-9a-f]+\s.*?\((?P<path>[^()]*)\+0x(?P<offset>[0-9a-f]{1,12})\)", re.MULTILINE
)
_LINE = re.compile(r"^(?P<path>[\w./+-]+):(?P<line>\d+)")
_BY_MLX = re.compile(r"^allocated by.*\n.*\n\s+#1 .*/libmlx\.", re.MULTILINE)
MLX_HEADER_BYTES = 8  # MLX keeps the size in front of what it hands out
MAX_FRAMES = 24
_REGION = re.compile(
    r"is located (?P<off>\d+) bytes (?P<side>to the right of|to the left of|after|before|inside of) "
    r"(?P<size>\d+)-byte region"
)
_KINDS = {
    "heap-use-after-free": "uses memory that was freed already",
    "stack-use-after-return": "uses a local variable of a function that has returned",
    "stack-use-after-scope": "uses a local variable after its block has ended",
    "attempting": "frees memory that was not allocated, or twice",
    "double-free": "frees memory twice",
    "SEGV": "uses an address where there is no memory",
    "FPE": "divides an integer by zero",
    "stack-overflow": "uses more stack than there is",
    "alloc-dealloc-mismatch": "frees memory in another way than it was allocated",
    "memcpy-param-overlap": "copies memory onto itself",
    "requested-allocation-size-exceeds-maximum": "asks for more memory than there can be",
    "calloc-overflow": "asks for more memory than there can be",
    "out-of-memory": "asks for more memory than there is",
}


@dataclass(frozen=True)
class Found:
    """One finding."""

    text: str  # "reads 4 bytes past the end of a block of 1792 bytes at quantized_matmul.cpp:57"
    neutral: str  # the same without numbers that depend on the input
    place: str  # "quantized_matmul.cpp:57", empty if no line of the submission is named


Locate = Callable[[Sequence[int]], Sequence[str]]


def read(printed: str, files: Collection[str], module: str, locate: Locate) -> Found | None:
    """Return the first finding in what a worker printed, None if there is none.

    Args:
        printed: Its output.
        files: The submission's sources, relative to the folder of kernels: a line in one of them is named.
        module: The file name of the module.
        locate: Gives "file:line" for addresses in the module, in their order, inlined functions first.
    """
    address, undefined = _ADDRESS.search(printed), _UNDEFINED.search(printed)
    if undefined is not None and (address is None or undefined.start() < address.start()):
        place = f"{_plain(undefined['path'])}:{undefined['line']}"
        words = clean(undefined["text"], TEXT_CHARS)
        general = re.sub(r"-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)", "...", words)
        said = f"undefined behaviour at {place}"
        return Found(f"{said}: {words}", f"{said}: {general}", place)
    if address is None:
        return None
    report, kind = printed[address.start() :], address["kind"]
    place = _place(report, files, module, locate)
    where = f" at {place}" if place else ""
    if kind in _KINDS:
        return Found(f"{_KINDS[kind]}{where}", f"{_KINDS[kind]}{where}", place)
    text, neutral = _access(report, kind)
    return Found(text + where, neutral + where, place)


def _access(report: str, kind: str) -> tuple[str, str]:
    """Return what was read or written where, with and without numbers."""
    access, region = _ACCESS.search(report), _REGION.search(report)
    verb = "writes" if access is not None and access["what"] == "WRITE" else "reads"
    size = f"{access['size']} bytes" if access is not None else "memory"
    if region is None:
        name = clean(kind, TEXT_CHARS).replace("-", " ")
        return f"{verb} {size} out of bounds ({name})", f"{verb} out of bounds ({name})"
    header = MLX_HEADER_BYTES if _BY_MLX.search(report) else 0
    block = "an array" if header else "a block"
    side = "before the start of" if region["side"] in ("to the left of", "before") else "past the end of"
    return f"{verb} {size} {side} {block} of {int(region['size']) - header} bytes", f"{verb} {side} {block}"


def _place(report: str, files: Collection[str], module: str, locate: Locate) -> str:
    """Return the first line of the first stack that lies in the submission."""
    stack = report.partition("\n\n")[0]
    offsets = [int(f["offset"], 16) for f in _FRAME.finditer(stack) if f["path"].rpartition("/")[2] == module]
    for line in locate(offsets[:MAX_FRAMES]) if offsets else ():
        match = _LINE.match(line)
        if match and _plain(match["path"]) in files:
            return f"{_plain(match['path'])}:{match['line']}"
    return ""


def _plain(path: str) -> str:
    while path.startswith("./"):
        path = path[2:]
    return path
