"""Calls oracles and mistakes with the arguments of a `Call`: arrays as float64 tensors, checkpoints as folders."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from grader.course.arrays import numbers
from grader.course.model import Call, Checkpoint, Layer, Made, Strided
from grader.oracles.basics import QuantizedLayer
from grader.oracles.expected import Expected
from grader.worker.wire import Array, Dtype

torch.set_num_threads(
    1
)  # the worker has the other core; small float64 products gain nothing from two threads


def tensor(array: Array) -> Tensor:
    """Return the numbers of a wire array as a float64 tensor, or int64 / bool for integer arrays."""
    values = numbers(array)
    if values.dtype.kind in "ui":
        return torch.from_numpy(values.astype("int64"))
    return torch.from_numpy(values.copy())


def arguments(call: Call, checkpoint_folder: Callable[[Checkpoint], Path]) -> dict[str, Any]:
    """Return the call's arguments by name, as oracles take them, `dtype`, and `strided`: which axes lie swapped."""

    def convert(value: Any) -> Any:
        if isinstance(value, Array):
            return tensor(value)
        if isinstance(value, Strided):
            return tensor(value.array)
        if isinstance(value, Made):
            return convert(value.argument)
        if isinstance(value, Checkpoint):
            return checkpoint_folder(value), value.dtype
        if isinstance(value, Layer):
            return QuantizedLayer(
                tensor(value.weight), tensor(value.scales), tensor(value.biases), value.group_size
            )
        if isinstance(value, Dtype):
            return value.name
        return value

    named = call.named()
    strided = {name: value.axes for name, value in named.items() if isinstance(value, Strided)}
    return {
        **{name: convert(value) for name, value in named.items()},
        "dtype": call.dtype,
        "strided": strided,
    }


def find(name: str) -> Callable[..., Expected]:
    """Return the oracle called "module.function" in `grader.oracles`.

    Raises:
        LookupError: there is none; the course is wrong, not a submission.
    """
    module, _, function = name.partition(".")
    try:
        oracle: Callable[..., Expected] = getattr(
            importlib.import_module(f"grader.oracles.{module}"), function
        )
    except (ImportError, AttributeError) as error:
        raise LookupError(f"no oracle {name!r}") from error
    return oracle
