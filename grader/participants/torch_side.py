"""torch: int4 weights, dense float32 weights, and `scaled_dot_product_attention`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from grader.bench.inputs import Inputs, numbers_of, weights_of
from grader.bench.shapes import GROUP_SIZE, MATMUL, Shape

INT4, DENSE, ATTENTION = "torch int4", "torch dense", "torch"


def _tensor(values: Any) -> torch.Tensor:
    if values.dtype == np.uint16:
        return torch.from_numpy(values.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(values)


class TorchSide:
    """torch on the CPU."""

    def about(self) -> dict[str, str]:
        """Return the version and what instructions it uses."""
        return {"torch": torch.__version__, "torch instructions": torch.backends.cpu.get_cpu_capability()}

    def threads(self, number: int) -> None:
        """Set the number of threads within an operation."""
        torch.set_num_threads(number)
        torch.set_grad_enabled(False)

    def prepare(self, name: str, shape: Shape, inputs: Inputs) -> Callable[[], Any]:
        """Return one call.

        Raises:
            NotImplementedError: this name does not compute this operation.
        """
        if (shape.op == MATMUL) != (name in (INT4, DENSE)):
            raise NotImplementedError(f"{name} does not compute {shape.op}")
        if name == DENSE:
            a = _tensor(inputs["a"]).float()
            dense = torch.from_numpy(weights_of(inputs))
            return lambda: torch.nn.functional.linear(a, dense)
        if name == INT4:
            return _int4(inputs)
        query, key, value = (_tensor(inputs[part]) for part in ("query", "key", "value"))
        grouped = shape.heads != shape.kv_heads
        attend = torch.nn.functional.scaled_dot_product_attention
        return lambda: attend(query, key, value, is_causal=shape.causal, enable_gqa=grouped)

    def finish(self, results: list[Any]) -> None:
        """Do nothing: a call has computed its result."""

    def numbers(self, result: Any) -> Any:
        """Return a result as numpy in float32."""
        return result.float().numpy()


def _int4(inputs: Inputs) -> Callable[[], Any]:
    """Pack weights as torch wants them: a number is `scale * (q - 8) + zero`."""
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(
        torch.from_numpy(numbers_of(inputs).astype(np.int32)), 1
    )
    scales, biases = _tensor(inputs["scales"]), _tensor(inputs["biases"])
    zeros = (biases.float() + 8 * scales.float()).to(scales.dtype)
    pairs = torch.stack([scales, zeros], dim=-1).transpose(0, 1).contiguous()  # [K / 64, N, 2]
    a = _tensor(inputs["a"])
    return lambda: torch.ops.aten._weight_int4pack_mm_for_cpu(a, packed, GROUP_SIZE, pairs)
