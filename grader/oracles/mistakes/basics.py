"""Wrong softmax, linear, silu, RMSNorm, embedding and dequantization."""

from __future__ import annotations

import torch
from torch import Tensor

from grader.oracles.basics import QuantizedLayer, grouped, unpack_4bit
from grader.oracles.mistakes import NotApplicable, mistake

_TORCH = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}


@mistake("softmax-last-axis", "softmax always ran over the last axis; use the axis that is passed in")
def softmax_last_axis(x: Tensor, **_: object) -> Tensor:
    return torch.softmax(x, -1)


@mistake("softmax-all-elements", "softmax ran over all elements at once; normalise along the given axis only")
def softmax_all(x: Tensor, **_: object) -> Tensor:
    return torch.softmax(x.flatten(), 0).reshape(x.shape)


@mistake("softmax-no-max", "exp overflowed; subtract the maximum along the axis before exp")
def softmax_no_max(x: Tensor, axis: int, dtype: str = "float32", **_: object) -> Tensor:
    raised = x.to(_TORCH[dtype]).exp().double()
    return raised / raised.sum(axis, keepdim=True).to(_TORCH[dtype]).double()


@mistake("softmax-not-normalised", "the exponentials are not divided by their sum")
def softmax_not_normalised(x: Tensor, axis: int, **_: object) -> Tensor:
    return (x - x.amax(axis, keepdim=True)).exp()


@mistake("linear-no-bias", "the bias is not added")
def linear_no_bias(x: Tensor, w: Tensor, **_: object) -> Tensor:
    return x @ w.mT


@mistake("linear-not-transposed", "w was used as [in, out]; it is [out, in], so multiply with its transpose")
def linear_not_transposed(x: Tensor, w: Tensor, bias: Tensor | None = None, **_: object) -> Tensor:
    if w.shape[0] != w.shape[1]:
        raise NotApplicable
    return x @ w + (0 if bias is None else bias)


@mistake("silu-sigmoid-only", "this is sigmoid(x); silu is x * sigmoid(x)")
def silu_sigmoid_only(x: Tensor, **_: object) -> Tensor:
    return torch.sigmoid(x)


@mistake("silu-negated", "this is x * sigmoid(-x); the sign inside the exponential is the wrong way round")
def silu_negated(x: Tensor, **_: object) -> Tensor:
    return x * torch.sigmoid(-x)


@mistake("silu-gelu", "this is GELU; silu is x * sigmoid(x)")
def silu_gelu(x: Tensor, **_: object) -> Tensor:
    return torch.nn.functional.gelu(x)


@mistake("silu-gelu-tanh", "this is GELU (tanh form); silu is x * sigmoid(x)")
def silu_gelu_tanh(x: Tensor, **_: object) -> Tensor:
    return torch.nn.functional.gelu(x, approximate="tanh")


@mistake("silu-relu", "this is ReLU; silu is x * sigmoid(x)")
def silu_relu(x: Tensor, **_: object) -> Tensor:
    return torch.relu(x)


@mistake(
    "silu-cancellation",
    "sigmoid was computed as 1 - 1 / (1 + exp(x)) in half precision, where the difference cancels for negative x",
)
def silu_cancellation(x: Tensor, dtype: str = "float32", **_: object) -> Tensor:
    kind = _TORCH[dtype]
    low = x.to(kind)
    return (low * (1 - 1 / (1 + low.exp()))).double()


def _normalised(x: Tensor, eps: float) -> Tensor:
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)


@mistake("rmsnorm-eps-outside", "eps was added outside the root; it belongs inside: sqrt(mean(x^2) + eps)")
def rmsnorm_eps_outside(weight: Tensor, x: Tensor, eps: float = 1e-5, **_: object) -> Tensor:
    return x / (x.square().mean(-1, keepdim=True).sqrt() + eps) * weight


@mistake("rmsnorm-no-eps", "eps is not used")
def rmsnorm_no_eps(weight: Tensor, x: Tensor, **_: object) -> Tensor:
    return _normalised(x, 0.0) * weight


@mistake("rmsnorm-default-eps", "the eps that is passed in is not used; these numbers come from 1e-5")
def rmsnorm_default_eps(weight: Tensor, x: Tensor, **_: object) -> Tensor:
    return _normalised(x, 1e-5) * weight


@mistake("rmsnorm-no-weight", "the weight is not multiplied in")
def rmsnorm_no_weight(x: Tensor, eps: float = 1e-5, **_: object) -> Tensor:
    return _normalised(x, eps)


@mistake("rmsnorm-weight-plus-one", "the result was multiplied with 1 + weight; Qwen2 multiplies with weight")
def rmsnorm_weight_plus_one(weight: Tensor, x: Tensor, eps: float = 1e-5, **_: object) -> Tensor:
    return _normalised(x, eps) * (1 + weight)


@mistake("rmsnorm-layernorm", "the mean was subtracted, which is LayerNorm; RMSNorm does not centre x")
def rmsnorm_layernorm(weight: Tensor, x: Tensor, eps: float = 1e-5, **_: object) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    return _normalised(centred, eps) * weight


@mistake("rmsnorm-sum", "the squares were summed; RMSNorm takes their mean")
def rmsnorm_sum(weight: Tensor, x: Tensor, eps: float = 1e-5, **_: object) -> Tensor:
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + eps) * weight


@mistake(
    "rmsnorm-half-squares", "the squares overflow or vanish in half precision; square and average in float32"
)
def rmsnorm_half_squares(
    weight: Tensor, x: Tensor, eps: float = 1e-5, dtype: str = "float32", **_: object
) -> Tensor:
    kind = _TORCH[dtype]
    low = x.to(kind)
    mean = low.square().double().mean(-1, keepdim=True).to(kind)
    return (low * torch.rsqrt(mean.double() + eps)) * weight


@mistake(
    "embedding-as-linear-not-transposed",
    "as_linear used weight as [in, out]; it has to multiply with its transpose",
)
def as_linear_not_transposed(weight: Tensor, x: Tensor, **_: object) -> Tensor:
    if weight.shape[0] != weight.shape[1]:
        raise NotApplicable
    return x @ weight


def _grouped(layer: QuantizedLayer) -> Tensor:
    return grouped(unpack_4bit(layer.weight).double(), layer.group_size)


@mistake("dequantize-no-bias", "the group's bias is not added: w = scale * q + bias")
def dequantize_no_bias(mlx_layer: QuantizedLayer, **_: object) -> Tensor:
    return (_grouped(mlx_layer) * mlx_layer.scales[..., None]).flatten(-2)


@mistake(
    "dequantize-high-nibble-first",
    "the 4-bit numbers were unpacked from the high end; the lowest bits come first",
)
def dequantize_high_first(mlx_layer: QuantizedLayer, **_: object) -> Tensor:
    flipped = grouped(unpack_4bit(mlx_layer.weight).double(), 8).flip(-1).flatten(-2)
    q = grouped(flipped, mlx_layer.group_size)
    return (q * mlx_layer.scales[..., None] + mlx_layer.biases[..., None]).flatten(-2)


@mistake(
    "dequantize-zero-point", "the numbers were read as scale * (q - 8); MLX's format is scale * q + bias"
)
def dequantize_zero_point(mlx_layer: QuantizedLayer, **_: object) -> Tensor:
    return ((_grouped(mlx_layer) - 8) * mlx_layer.scales[..., None]).flatten(-2)
