"""Every kind of problem that the runtime tells: its sentence, what it means, and what usually causes it."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Words about one kind of problem.

    Attributes:
        title: The kind in a few words.
        sentence: Sentence with the words in braces that ``diagnostics`` fills in; empty: the runtime's own words.
        means: What happens on a GPU.
        usual_cause: What to look for first.
        is_soft: Whether a kernel with this problem may still be right on a GPU.
    """

    title: str
    sentence: str
    means: str
    usual_cause: str
    is_soft: bool = False


_ACCESS = "{kernel}, {thread} {does} {element} of {memory}, which has {size}{behind}."
_RACE = (
    "{kernel}, {thread} {does} {element} of {memory}{source}, and {other}, "
    "with nothing between them that orders the two.{same}"
)
_UNSET = "{kernel}, {thread} reads {element} of {memory}, which nobody has written{behind}."
_LAUNCH = "{kernel} is launched wrongly: {text}."
_UNBOUND = "{kernel}, {thread} {does} {memory}, and nothing is bound there{source}."

EXPLAIN: dict[str, Explanation] = {
    "device-out-of-bounds": Explanation(
        "access outside a buffer",
        _ACCESS,
        "The address lies outside the buffer that the pointer belongs to. A GPU does not stop "
        "there: it reads whatever lies "
        "behind, or overwrites another array.",
        "A missing `if (i < n) return;` for the threads behind the last element, a row or column "
        "offset that is forgotten or "
        "counted twice, or a stride of another array.",
    ),
    "threadgroup-out-of-bounds": Explanation(
        "access outside a threadgroup array",
        _ACCESS,
        "The index leaves the array and reaches whatever the compiler put beside it in threadgroup memory.",
        "An array that is sized for one simdgroup less than the launch has, a tile indexed by row "
        "and column in the wrong "
        "order, or a padded stride used on one side alone.",
    ),
    "misaligned-access": Explanation(
        "access that is not aligned",
        "{kernel}, {thread} {does} {element} of {memory} at an address that is not a multiple of "
        "the type's alignment{source}.",
        "A vector of two or four numbers must begin at a multiple of its own size, a number at a "
        "multiple of its own; what "
        "another address does is undefined.",
        "A cast of `device float*` to `device float4*` behind an offset that is not a multiple of "
        "four; packed_float4 or "
        "single loads have no such bound.",
    ),
    "wild-access": Explanation(
        "access through a wild pointer",
        "{kernel}, {thread}: {text}{behind}; the dispatch ends here.",
        "The pointer points into no buffer, no threadgroup array and no variable of the thread.",
        "A pointer that was never set, an optional buffer used although its function constant is "
        "off, or an index so far off "
        "that it leaves every buffer.",
    ),
    "write-to-constant": Explanation(
        "write to constant memory",
        "{kernel}, {thread} writes {element} of {memory}, which the kernel declares constant{source}.",
        "Constant buffers are read-only; what the write does is undefined.",
        "A cast that drops `const`.",
    ),
    "device-race": Explanation(
        "two threads race in a buffer",
        _RACE,
        "Which of the two comes first is not defined, and differs from run to run. Threadgroups of "
        "one dispatch are never "
        "ordered; threads of one threadgroup are ordered by "
        "threadgroup_barrier(mem_flags::mem_device) alone.",
        "Two threads that compute the same output index (a grid axis left out of the index), a "
        "result added up in a buffer "
        "without an atomic, or results of another threadgroup read in the same dispatch.",
    ),
    "threadgroup-race": Explanation(
        "two threads race in threadgroup memory",
        _RACE,
        "Which of the two comes first is not defined: the read sees the old or the new value.",
        "No threadgroup_barrier(mem_flags::mem_threadgroup) between filling the array and reading "
        "it, or none before it is "
        "filled again in the next round of a loop.",
    ),
    "lockstep-race": Explanation(
        "two lanes of a simdgroup rely on lockstep",
        _RACE,
        "Both threads belong to one simdgroup. Today's GPUs often run its lanes together, so that "
        "it may work, but Metal does "
        "not promise it.",
        "A last step of a reduction without a barrier. "
        "simdgroup_barrier(mem_flags::mem_threadgroup) costs little.",
        is_soft=True,
    ),
    "device-uninitialised": Explanation(
        "read of an output that is not written yet",
        _UNSET,
        "The buffer is an output, and its contents are undefined until the kernel writes them.",
        "`out[i] += x` where `out[i] = x` is meant, or a sum that starts from the output.",
    ),
    "threadgroup-uninitialised": Explanation(
        "read of threadgroup memory that is not set",
        _UNSET,
        "Threadgroup memory starts with what an earlier kernel left there.",
        "A tile at the edge whose last rows or columns are not filled with zeros, or a partial sum "
        "that only some simdgroups write.",
    ),
    "output-not-written": Explanation(
        "part of an output is never written",
        "{kernel} leaves {text} of {memory} unwritten.",
        "These elements of the result hold whatever was in memory before.",
        "A grid that is too small (rounded down instead of up), swapped grid axes, or a bounds "
        "check that cuts off too much.",
    ),
    "barrier-divergence": Explanation(
        "a barrier that not all threads reach",
        "{kernel}, {thread} waits at the barrier{source}, and {other_thread} {elsewhere}.",
        "A barrier waits for every thread of the threadgroup. On a GPU the threadgroup hangs, or "
        "goes on with wrong data.",
        "A barrier inside an `if` or a loop whose condition differs between threads.",
    ),
    "simdgroup-divergence": Explanation(
        "a simd operation that not all lanes reach",
        "{kernel}, {thread} calls a simd operation{source} that other lanes of its simdgroup do "
        "not reach: {text}.",
        "The lanes that do not take part add nothing, and reading from one of them gives an undefined value.",
        "simd_sum or simd_shuffle inside an `if` on the lane or on a bound, or after some lanes "
        "have returned.",
        is_soft=True,
    ),
    "return-before-barrier": Explanation(
        "threads return before a barrier",
        "{kernel}, {thread} waits at the barrier{source}, and {other_thread} "
        "has returned already: {got} of {expected} threads are here.",
        "A barrier waits for every thread of the threadgroup, also for those that have nothing to do.",
        "`if (i >= n) return;` at the start of a kernel with barriers. Let these threads run on "
        "and skip the loads and stores.",
    ),
    "launch-missing-buffer": Explanation(
        "a buffer is not bound",
        _UNBOUND,
        "The kernel would read from or write to address 0.",
        "An index that differs between [[buffer(n)]] and set_input_array, set_output_array or set_bytes.",
    ),
    "launch-function-constant": Explanation(
        "a function constant that is not set",
        _LAUNCH,
        "Metal makes no pipeline of a kernel whose function constants have no value; here the constant is 0.",
        "An index or a size that differs between [[function_constant(n)]] and what the host sets.",
    ),
    "launch-bytes-size": Explanation(
        "a value of another size than the kernel's type",
        _LAUNCH,
        "The kernel reads bytes that are not part of the value, or only half of it.",
        "size_t or int64_t on the host where the kernel has int or uint, or double where it has float.",
    ),
    "launch-threadgroup-length": Explanation(
        "threadgroup memory without a length",
        _LAUNCH,
        "An argument [[threadgroup(n)]] has no memory until the host says how much.",
        "set_threadgroup_memory_length is not called, or for another index.",
    ),
    "launch-too-many-threads": Explanation(
        "too many threads in a threadgroup",
        _LAUNCH,
        "A threadgroup has at most 1,024 threads, and fewer where the kernel needs many registers.",
        "A product of three threadgroup sizes that grows with the problem.",
    ),
    "launch-max-total-threads": Explanation(
        "more threads than the kernel allows",
        _LAUNCH,
        "The kernel was compiled for at most max_total_threads_per_threadgroup threads.",
        "A threadgroup size on the host that the attribute was not changed for.",
    ),
    "launch-threadgroup-memory": Explanation(
        "too much threadgroup memory",
        _LAUNCH,
        "A threadgroup has 32 KiB of threadgroup memory.",
        "Tiles in float where half would do, or a tile for each simdgroup.",
    ),
    "launch-empty-grid": Explanation(
        "an empty grid",
        _LAUNCH,
        "No thread would run, and Metal refuses the launch.",
        "A division that rounds down to zero: use (n + size - 1) / size.",
    ),
    "launch-alignment": Explanation(
        "a buffer offset that is not aligned",
        _LAUNCH,
        "A pointer must be a multiple of its element's size; a GPU reads other bytes or faults.",
        "An offset in elements that was meant in bytes, or a vector type over an odd number of scalars.",
    ),
    "launch-memory": Explanation(
        "more memory than can be simulated",
        _LAUNCH,
        "The process that simulates the kernel may not use as much memory as the buffers take; a GPU might.",
        "Sizes that are meant for a GPU: take smaller ones here.",
    ),
    "stack-overflow": Explanation(
        "a thread needs too much stack",
        "{kernel}, {thread} needs more stack than there is; the dispatch ends here.",
        "Large private arrays and deep calls spill registers to memory on a GPU, and recursion is "
        "not possible.",
        "An array in thread memory that grew with a template argument.",
    ),
    "integer-division": Explanation(
        "division of an integer by zero",
        "{kernel}, {thread} {text}{source}; the dispatch ends here.",
        "Metal does not say what comes out: a GPU goes on with some number.",
        "A size that is zero for an empty array, or a group size that rounds down to zero.",
    ),
    "deadline": Explanation(
        "the kernel does not end",
        "{kernel} was ended after its time was up: {text}.",
        "On a GPU the watchdog ends the command buffer, and its results are lost.",
        "A loop whose condition never becomes false (an unsigned counter that runs backwards), or "
        "waiting for another thread.",
    ),
    "deadlock": Explanation(
        "no thread can go on",
        "{kernel} stands still: {text}.",
        "Every thread waits, and none of them can go on.",
        "A barrier or a simd operation that some threads never reach.",
    ),
}
