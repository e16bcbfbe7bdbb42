"""The rounding used in training is the rounding that MLX does."""

from __future__ import annotations

import mlx.core as mx
import numpy as np
import pytest
import torch

from models.fake_quantization import round_to_4bit


def draw(kind: str) -> np.ndarray:
    noise = np.random.default_rng(7).standard_normal((6, 128)).astype(np.float32)
    return {
        "both signs": noise,
        "positive only": np.abs(noise) + 0.5,
        "negative only": -np.abs(noise) - 0.5,
        "tiny": noise * 1e-3,
        "one outlier": np.where(np.arange(128) == 3, np.float32(40), noise),
        "all zero": np.zeros_like(noise),
        "all equal": np.full_like(noise, 0.75),
    }[kind]


@pytest.mark.parametrize(
    "kind",
    ["both signs", "positive only", "negative only", "tiny", "one outlier", "all zero", "all equal"],
)
def test_rounds_as_mlx_does(kind: str) -> None:
    """Every weight comes out as MLX's float16 quantize and dequantize give it, up to float16 rounding."""
    weight = draw(kind).astype(np.float16)
    triplet = mx.quantize(mx.array(weight), group_size=64, bits=4)
    want = np.array(
        mx.dequantize(*(t if t.dtype == mx.uint32 else t.astype(mx.float32) for t in triplet), 64, 4)
    )
    got = round_to_4bit(torch.tensor(weight).float()).numpy()
    # one level is a fifteenth of a group's range; a wrong level would show as at least that
    np.testing.assert_allclose(got, want, atol=2e-3 * float(np.abs(weight).max()), rtol=0)


def test_every_group_has_at_most_16_values() -> None:
    """Sixteen levels per group of 64 is what four bits can hold."""
    groups = round_to_4bit(torch.tensor(draw("both signs"))).reshape(-1, 64)
    assert max(len(group.unique()) for group in groups) <= 16


def test_gradient_passes_unchanged() -> None:
    """The gradient of a sum over rounded weights is one everywhere, as without rounding."""
    weight = torch.tensor(draw("both signs"), requires_grad=True)
    round_to_4bit(weight).sum().backward()
    assert torch.equal(weight.grad, torch.ones_like(weight))


def test_refuses_incomplete_groups() -> None:
    """A row that is no multiple of 64 has no place in the format."""
    with pytest.raises(ValueError, match=r"last axis \(96\) must be a multiple of 64"):
        round_to_4bit(torch.zeros(2, 96))
