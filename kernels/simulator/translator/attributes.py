"""The attributes of Metal's compute kernels: what each one stands for in a launch."""

from __future__ import annotations

import dataclasses

from .source import Source

ADDRESS_SPACES = frozenset(
    {"device", "constant", "threadgroup", "thread", "threadgroup_imageblock", "object_data", "ray_data"}
)

# what a thread can ask about itself, as the fields of msim_thread
POSITIONS = frozenset(
    {
        "thread_position_in_grid",
        "threadgroup_position_in_grid",
        "thread_position_in_threadgroup",
        "threads_per_threadgroup",
        "threadgroups_per_grid",
        "threads_per_grid",
        "dispatch_threads_per_threadgroup",
    }
)
INDICES = frozenset(
    {
        "thread_index_in_threadgroup",
        "thread_index_in_simdgroup",
        "simdgroup_index_in_threadgroup",
        "simdgroups_per_threadgroup",
        "dispatch_simdgroups_per_threadgroup",
        "thread_index_in_quadgroup",
        "quadgroup_index_in_threadgroup",
        "quadgroups_per_threadgroup",
        "threads_per_simdgroup",
    }
)
SYNONYMS = {"thread_execution_width": "threads_per_simdgroup"}
HARMLESS = frozenset(
    {"maybe_unused", "nodiscard", "fallthrough", "likely", "unlikely", "noreturn", "deprecated", "unused"}
)


@dataclasses.dataclass(frozen=True)
class Attribute:
    """One attribute: ``buffer(3)`` has the name ``buffer`` and the argument ``3``."""

    name: str
    argument: str
    start: int


def read_attributes(source: Source, index: int) -> list[Attribute]:
    """Return the attributes between the ``[[`` at ``index`` and its ``]]``."""
    attributes = []
    for start, end in source.split(index + 2, source.match[index + 1]):
        opener = next((i for i in range(start, end) if source.text(i) == "("), end)
        argument = source.join(opener + 1, source.match[opener]) if opener < end else ""
        attributes.append(Attribute(source.join(start, opener), argument, start))
    return attributes


def attribute_spans(source: Source, start: int, end: int) -> list[int]:
    """Return where each ``[[`` of ``[start, end)`` stands, those in brackets left out."""
    spans = []
    index = start
    while index < end:
        if source.is_attribute(index):
            spans.append(index)
        index = source.match[index] if source.text(index) in ("(", "[", "{") else index
        index += 1
    return spans
