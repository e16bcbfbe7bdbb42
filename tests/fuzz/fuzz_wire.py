"""Coverage-guided fuzzing of the wire decoder: `python tests/fuzz/fuzz_wire.py -runs=1000000`.

An input that reaches a new pair of consecutive lines of the decoder joins the corpus and is mutated further.
Three kinds of mutation, so that the search does not end at the first check: any bytes; bytes of the header,
with the sizes in the prefix mended; the header's JSON tree, mostly with the payload that its arrays ask for.
A crash is anything but a value or a ProtocolError, a value that does not come back from a round trip, or more
memory than the input's size allows. Needs nothing but Python; runs are repeatable by their seed.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import math
import random
import resource
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

if __name__ == "__main__":  # run as a script, from any folder
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from grader.worker import wire
from grader.worker.wire import Array, Dtype, Handle

Decode = Callable[[bytes], Any]

MEASURED_EVERY = 200  # inputs; tracemalloc makes decoding several times slower
BYTES_PER_BYTE = 64  # what one byte of input may cost while it is decoded
BYTES_FLAT = 64 << 10
MAX_INPUT_BYTES = 2048
MAX_CRASHES = 10

SEEDS: list[object] = [
    None,
    [True, -1, 1 << 63, 0.5, "text é"],
    {"id": 1, "ok": [(1, 2), {"a": {None: 1}}]},
    [math.inf, -math.inf, slice(1, None, 2), Handle(1, "RoPE"), Dtype("bfloat16")],
    [Array("uint8", (2, 2), b"abcd"), Array("float32", (), b"abcd"), Array("bool", (0,), b"")],
]
TAGS = "tdfahsyx"  # every tag, and one that is none
LEAVES: list[Any] = [
    *(None, True, False, 0, 1, -1, 2, 16, 0.5, -0.0, 1 << 31, 1 << 63, 1 << 64, 10**30, math.nan, 1e308),
    *("", "nan", "-inf", "float32", "uint8", "bfloat16", "A", "é", "\x00", "\x1b[m", "\ud800", "a" * 81),
    *([], [[]], {}, ["uint8", [2, 2]], ["bool", [0]], [1, "A"], [None, 1, None], [[1, 2], [1, 3]]),
    *({"a": ["uint8", [3]]}, {"t": [1]}, {"d": [["k", 1]]}, {"d": [[None, 1]]}, {"h": [3, "B"]}),
    functools.reduce(lambda inner, _: [inner], range(40), 0),  # nested 40 levels deep
    *({"a": ["uint8", [1] * 17]}, {"s": [0, None, 2]}, {"f": "inf"}, {"y": "int8"}, {"t": [], "d": []}),
]
TOKENS = [
    *(f'{{"{tag}":'.encode() for tag in TAGS),
    *(f'"{name}"'.encode() for name in [*wire.ITEM_BYTES, "nan", "inf", "-inf", "\\ud800", "\\u0000"]),
    *b'{ } [ ] , : " 0 -1 1e999 NaN -Infinity null true 4294967296 18446744073709551616'.split(),
    b"[" * 40,
    b"[" * 40 + b"]" * 40,
    b"9" * 30,
    b"\xff",
    b"\xed\xa0\x80",
]


@dataclass
class Report:
    """What a run has found."""

    inputs: int = 0
    accepted: int = 0  # inputs that were valid frames
    corpus: int = 0
    edges: int = 0
    peak_bytes: int = 0  # largest allocation while decoding one of the measured inputs
    crashes: list[tuple[str, str]] = field(default_factory=list)  # (what happened, input in hexadecimal)


class Coverage:
    """Pairs of consecutive lines that were run in the given files."""

    def __init__(self, files: set[str]) -> None:
        self.edges: set[int] = set()
        self.found_new = False
        self._files = files
        self._last = 0

    def run(self, function: Callable[[], Any]) -> Any:
        """Call `function` with the lines watched."""
        self.found_new = False
        self._last = 0
        sys.settrace(self._enter)
        try:
            return function()
        finally:
            sys.settrace(None)

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        return self._line if frame.f_code.co_filename in self._files else None

    def _line(self, frame: FrameType, event: str, argument: Any) -> Any:
        edge = self._last << 12 | frame.f_lineno
        self._last = frame.f_lineno
        if edge not in self.edges:
            self.edges.add(edge)
            self.found_new = True
        return self._line


def fuzz(runs: int, seed: int = 1, decode: Decode = wire.decode, files: set[str] | None = None) -> Report:
    """Decode `runs` inputs and return what came out.

    Args:
        runs: number of inputs, the seeds included.
        seed: of the mutations.
        decode: what is tested.
        files: whose lines guide the search; the decoder's by default.
    """
    rng = random.Random(seed)
    coverage = Coverage(files or {wire.__file__})
    corpus = [b"".join(wire.pack(value)) for value in SEEDS]
    report = Report()
    while report.inputs < runs and len(report.crashes) < MAX_CRASHES:
        fresh = report.inputs < len(SEEDS)
        data = corpus[report.inputs] if fresh else mutate(rng, corpus)
        measured = report.inputs % MEASURED_EVERY == 0
        crash = _try(decode, data, coverage, report, measured)
        report.inputs += 1
        if crash:
            report.crashes.append((crash, data.hex()))
        elif coverage.found_new and not fresh:
            corpus.append(data)
            _measure(decode, data, report)
    report.corpus, report.edges = len(corpus), len(coverage.edges)
    return report


def mutate(rng: random.Random, corpus: list[bytes]) -> bytes:
    """Return a changed copy of a member of the corpus, the newest ones more often."""
    chosen = corpus[-1 - min(int(rng.expovariate(0.05)), len(corpus) - 1)]
    data = bytearray(chosen)
    kind = rng.random()
    if kind < 0.8 and len(data) > wire.PREFIX.size:
        header, payload = _split(data)
        return _mutate_tree(rng, header) if kind < 0.5 else _mutate_header(rng, header, payload, corpus)
    for _ in range(rng.randint(1, 4)):
        _mutate_bytes(rng, data, corpus)
    return bytes(data[:MAX_INPUT_BYTES])


def _split(data: bytearray) -> tuple[bytearray, bytearray]:
    size = min(wire.PREFIX.unpack_from(data)[1], len(data) - wire.PREFIX.size)
    end = wire.PREFIX.size + size
    return data[wire.PREFIX.size : end][:MAX_INPUT_BYTES], data[end:][:MAX_INPUT_BYTES]


def _frame(header: bytes | bytearray, payload: bytes | bytearray) -> bytes:
    return wire.PREFIX.pack(wire.MAGIC, len(header), len(payload)) + header + payload


def _mutate_header(rng: random.Random, header: bytearray, payload: bytearray, corpus: list[bytes]) -> bytes:
    """Change header or payload and let the prefix say the sizes that they have then."""
    for _ in range(rng.randint(1, 3)):
        _mutate_bytes(rng, header, corpus)
    if rng.random() < 0.2:
        payload = payload[: rng.randint(0, len(payload))] + bytes(rng.randint(0, 8))
    return _frame(header, payload)


def _mutate_tree(rng: random.Random, header: bytearray) -> bytes:
    """Change nodes of the header's JSON tree; one that is not JSON starts again from a leaf."""
    try:
        tree = json.loads(header)
    except (ValueError, RecursionError):
        tree = rng.choice(LEAVES)
    for _ in range(rng.randint(1, 3)):
        tree = _changed(rng, tree)
    text = json.dumps(tree, ensure_ascii=rng.random() < 0.5, separators=(",", ":"))
    encoded = text.encode("utf-8", "surrogatepass")[:MAX_INPUT_BYTES]
    size = _array_bytes(tree) if rng.random() < 0.9 else rng.randint(0, 8)
    return _frame(encoded, bytes(min(size, MAX_INPUT_BYTES)))


def _changed(rng: random.Random, tree: Any) -> Any:
    """Return `tree` with one of its nodes replaced, wrapped, repeated or removed."""
    if isinstance(tree, list) and tree and rng.random() < 0.7:
        place = rng.randrange(len(tree))
        kind = rng.randrange(8)
        if kind == 0:
            return tree[:place] + tree[place + 1 :]
        if kind == 1:
            return tree[:place] + [tree[place]] * 2 + tree[place + 1 :]
        return [*tree[:place], _changed(rng, tree[place]), *tree[place + 1 :]]
    if isinstance(tree, dict) and tree and rng.random() < 0.7:
        tag = rng.choice(sorted(tree))
        if rng.random() < 0.8:
            return {tag: _changed(rng, tree[tag])}
        return {rng.choice(TAGS): tree[tag]}
    kind = rng.randrange(5)
    if kind == 0:
        return {rng.choice(TAGS): tree}
    if kind == 1:
        return [tree, *rng.choices(LEAVES, k=rng.randrange(3))]
    if kind == 2:
        return [[rng.choice(LEAVES), tree]]
    return rng.choice(LEAVES)


def _array_bytes(tree: Any) -> int:
    """Return the payload that the arrays in a JSON tree ask for, as far as they are well-formed."""
    if isinstance(tree, list):
        return sum(_array_bytes(item) for item in tree)
    if not isinstance(tree, dict):
        return 0
    body = tree.get("a")
    if isinstance(body, list) and len(body) == 2 and isinstance(body[1], list):
        axes = [axis for axis in body[1] if isinstance(axis, int) and 0 <= axis < 1 << 20]
        return math.prod(axes) * wire.ITEM_BYTES.get(str(body[0]), 0)
    return sum(_array_bytes(item) for item in tree.values())


def _mutate_bytes(rng: random.Random, data: bytearray, corpus: list[bytes]) -> None:
    place = rng.randint(0, len(data))
    end = min(len(data), place + rng.randint(1, 8))
    kind = rng.randrange(7)
    if kind == 0 and place < len(data):
        data[place] ^= 1 << rng.randrange(8)
    elif kind == 1 and place < len(data):
        data[place] = rng.randrange(256)
    elif kind == 2:
        del data[place:end]
    elif kind == 3:
        data[place:place] = data[place:end] * rng.randint(1, 3)
    elif kind == 4:
        data[place:place] = rng.choice(TOKENS)
    elif kind == 5:
        data[place:end] = rng.choice(TOKENS)
    else:
        other = rng.choice(corpus)
        start = rng.randint(0, len(other))
        data[place:place] = other[start : start + rng.randint(1, 32)]


def _try(decode: Decode, data: bytes, coverage: Coverage, report: Report, measured: bool) -> str:
    """Return what is wrong with the outcome of one input, or nothing."""
    try:
        value = coverage.run(lambda: decode(data))
    except wire.ProtocolError:
        value = wire.ProtocolError
    except BaseException as error:
        return f"{type(error).__name__}: {error}"[:200]
    if measured and not _measure(decode, data, report):
        return "more memory than the input's size allows"
    if value is wire.ProtocolError:
        return ""
    report.accepted += 1
    try:
        frame = b"".join(wire.pack(value))
        same = b"".join(wire.pack(wire.decode(frame))) == frame
    except (wire.EncodeError, wire.ProtocolError) as error:
        return f"no round trip: {error}"[:200]
    return "" if same else "no round trip"


def _measure(decode: Decode, data: bytes, report: Report) -> bool:
    """Decode once more with allocations traced; return whether they stay within the bound."""
    tracemalloc.start()
    try:
        decode(data)
    except wire.ProtocolError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    report.peak_bytes = max(report.peak_bytes, peak)
    return peak <= BYTES_FLAT + BYTES_PER_BYTE * len(data)


def main(arguments: list[str] | None = None) -> int:
    """Fuzz from the command line, print one line of JSON, and return 1 if anything crashed."""
    parser = argparse.ArgumentParser(prog="fuzz_wire", description=__doc__)
    parser.add_argument("-runs", type=int, default=1_000_000, metavar="N")
    parser.add_argument("-seed", type=int, default=1, metavar="N")
    options = parser.parse_args(arguments)
    gc.freeze()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    report = fuzz(options.runs, options.seed)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    figures = {
        "inputs": report.inputs,
        "accepted": report.accepted,
        "crashes": len(report.crashes),
        "corpus": report.corpus,
        "edges": report.edges,
        "peak_allocation_bytes": report.peak_bytes,
        "process_growth_kib": grown if sys.platform != "darwin" else grown // 1024,
        "seconds": round(time.monotonic() - started, 1),
        "seed": options.seed,
    }
    print(json.dumps(figures))
    for what, data in report.crashes:
        print(f"crash: {what}\n  input: {data}", file=sys.stderr)
    return 1 if report.crashes else 0


if __name__ == "__main__":
    sys.exit(main())
