"""What a submission's loop feeds to a model beside caches, read from the arguments of its call.

The loop and the model are the submission's own: by position or by keyword, offsets as numbers, lists or arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.course.arrays import numbers
from grader.worker.wire import Array, Handle

Offset = int | list[int] | None


@dataclass(frozen=True)
class ServedCall:
    """One call of a model: `ids [B][L]`, the offset, and the handles of the caches if they are objects in a list."""

    ids: list[list[int]]
    offset: Offset
    caches: tuple[int, ...] | None = None

    def starts(self) -> list[int] | None:
        """Return the position at which each row begins; None if that cannot be read off the call."""
        if isinstance(self.offset, int):
            return [self.offset] * len(self.ids)
        return self.offset if self.offset is not None and len(self.offset) == len(self.ids) else None

    def __str__(self) -> str:
        return f"model(int32[{len(self.ids)}, {len(self.ids[0])}], offset={self.offset}, cache)"


def read_call(args: Sequence[Any], kwargs: Mapping[str, Any]) -> ServedCall | str:
    """Return what is fed, or what is wrong with the form of the call."""
    values = [*args, *kwargs.values()]
    ids = next((v for v in values if isinstance(v, Array)), None)
    if ids is None or not ids.dtype.startswith(("int", "uint")):
        return f"the model was called with {ids!r}, not with an integer array of token ids"
    if len(ids.shape) != 2 or 0 in ids.shape:
        return f"the model was called with ids of shape {list(ids.shape)}, not [B, L]"
    rest = [v for v in values if v is not ids]
    offset = next((o for o in map(_offset, rest) if o is not None), None)
    caches = next((c for c in map(_handles, rest) if c is not None), None)
    return ServedCall([[int(i) for i in row] for row in numbers(ids)], offset, caches)


def _offset(value: Any) -> Offset:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Array) and value.dtype.startswith(("int", "uint")) and len(value.shape) <= 1:
        flat = [int(i) for i in numbers(value).reshape(-1)]
        return flat if value.shape else flat[0]
    if isinstance(value, (list, tuple)) and value:
        parts = [_offset(item) for item in value]
        return [p for p in parts if isinstance(p, int)] if all(isinstance(p, int) for p in parts) else None
    return None


def _handles(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(v, Handle) for v in value):
        return None
    return tuple(v.id for v in value)
