"""Magnitudes against brute force: rounding every input and intermediate moves the answer by what they claim."""

from __future__ import annotations

import pytest
import torch

from grader.oracles import attention, basics, positional, qwen2
from grader.oracles.expected import ACCUMULATION, Rounding, monte_carlo

torch.manual_seed(3)
X = torch.randn(6, 8, dtype=torch.float64)
W = torch.randn(5, 8, dtype=torch.float64)
Q, K, V = (torch.randn(2, n, 8, dtype=torch.float64) for n in (3, 5, 5))
X4 = torch.randn(2, 3, 2, 8, dtype=torch.float64)


class Noise:
    """Multiplies by 1 + eps * u, u uniform in -1 to 1: one rounding of an implementation, made large enough to see."""

    def __init__(self, eps, seed):
        self.eps, self.generator = eps, torch.Generator().manual_seed(seed)

    def __call__(self, x):
        u = torch.rand(x.shape, generator=self.generator, dtype=torch.float64) * 2 - 1
        return x * (1 + self.eps * u)

    def dot(self, a, b):
        """Return `a @ b` with every product rounded."""
        return self(self(a[..., :, None, :] * b.mT[..., None, :, :]).sum(-1))


def softmax(n):
    raised = n(torch.exp(n(X - X.amax(-1, keepdim=True))))
    return n(raised / n(raised.sum(-1, keepdim=True)))


def linear(n):
    return n(n.dot(X, W.mT) + W[:, 0])


def silu(n):
    return n(X * n(1 / n(1 + n(torch.exp(n(-X))))))


def rms_norm(n):
    mean = n(n(X * X).mean(-1, keepdim=True) + 1e-5)
    return n(n(X * n(torch.rsqrt(mean))) * W[0])


def sdpa(n):
    scores = n(n.dot(Q, K.mT) * 8**-0.5)
    raised = n(torch.exp(n(scores - scores.amax(-1, keepdim=True))))
    return n.dot(n(raised / n(raised.sum(-1, keepdim=True))), V)


def rope(n):
    angle = n(positional.angles(8, 10000, positional.positions(None, 3)))
    first, second = X4.chunk(2, -1)
    cos, sin = n(angle.cos()), n(angle.sin())
    return torch.cat([n(n(first * cos) - n(second * sin)), n(n(first * sin) + n(second * cos))], -1)


FORMULAS = {
    "softmax": (softmax, lambda: basics.softmax(X, -1)),
    "linear": (linear, lambda: basics.linear(X, W, W[:, 0])),
    "silu": (silu, lambda: basics.silu(X)),
    "rms_norm": (rms_norm, lambda: basics.rms_norm(8, W[0], X)),
    "attention": (sdpa, lambda: attention.scaled_dot_product_attention_simple(Q, K, V)),
    "rope": (rope, lambda: positional.rope(8, 16, X4)),
}


def worst(name, eps):
    """Return per element the largest deviation of 100 rounded evaluations, in units of eps * magnitude."""
    evaluate, oracle = FORMULAS[name]
    expected = oracle()
    deviations = torch.stack([(evaluate(Noise(eps, s)) - expected.value).abs() for s in range(100)]).amax(0)
    return deviations / (eps * expected.magnitude)


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_bound_what_rounding_does(name):
    """No rounded evaluation leaves four magnitudes, and none of the magnitudes is a hundred times too large."""
    ratio = worst(name, 2.0**-20)
    assert float(ratio.max()) <= 4.0
    assert float(ratio.min()) >= 0.01


@pytest.mark.parametrize("name", FORMULAS)
def test_errors_grow_in_proportion_to_eps(name):
    """With roundings a thousand times as large the deviations are a thousand times as large, so one c serves all."""
    fine, coarse = worst(name, 2.0**-22), worst(name, 2.0**-12)
    torch.testing.assert_close(coarse, fine, rtol=0.02, atol=0.0)


def _mlp(dtype="float32"):
    torch.manual_seed(4)
    weights = {
        k: torch.randn(s, dtype=torch.float64) / 4 for k, s in (("w_gate", (12, 8)), ("w_up", (12, 8)))
    }
    return {**weights, "w_down": torch.randn(8, 12, dtype=torch.float64) / 4, "x": X, "dtype": dtype}


def test_monte_carlo_is_reproducible():
    """The same numbers give the same magnitudes, whatever the state of PyTorch's own generator."""
    given = _mlp()
    torch.manual_seed(1)
    one = qwen2.mlp(**given)
    torch.manual_seed(2)
    two = qwen2.mlp(**given)
    assert torch.equal(one.value, two.value)
    assert torch.equal(one.magnitude, two.magnitude)


def test_monte_carlo_magnitudes_do_not_depend_on_the_precision():
    """They are in units of eps, but for what sums add in float32: bfloat16's are float32's within a few percent."""
    given = _mlp()
    fine, coarse = (
        qwen2.mlp(**{**given, "dtype": d}).magnitude / ACCUMULATION[d] for d in ("float32", "bfloat16")
    )
    torch.testing.assert_close(coarse, fine, rtol=0.2, atol=0.0)


def test_monte_carlo_of_one_rounding_is_the_value_itself():
    """Rounding x once deviates by eps * |x|: over many elements the root mean square of the ratio is near 1."""
    x = torch.full((1, 4000), 3.0, dtype=torch.float64)
    ratio = monte_carlo(lambda r: r(x), "float16").magnitude / 3.0
    assert 0.97 < float(ratio.square().mean().sqrt()) < 1.03
    assert (
        float(ratio.min()) > 0.6
    )  # the blend with the row's mean keeps any element from a small one by chance


def test_monte_carlo_of_a_product_is_the_root_of_the_summed_squares():
    """As `Rounding.matmul` says, against the formula."""
    a, b = X, W.mT
    got = monte_carlo(lambda r: r.matmul(a, b), "float32").magnitude / ACCUMULATION["float32"]
    want = torch.sqrt((a * a) @ (b * b) + (a @ b) ** 2)
    assert 0.7 < float((got.square().mean() / want.square().mean()).sqrt()) < 1.3


def test_no_rounding_changes_nothing():
    """The value itself is computed without noise."""
    exact = Rounding()
    assert torch.equal(exact(X), X)
    assert torch.equal(exact.internal(X), X)
    assert torch.equal(exact.matmul(X, W.mT), X @ W.mT)


@pytest.mark.parametrize("eps", [2.0**-10, 2.0**-7])
def test_monte_carlo_bounds_an_independent_rounded_chain(eps):
    """The MLP evaluated with roundings of another kind stays within four magnitudes, and is not far below."""
    given = _mlp("float16" if eps == 2.0**-10 else "bfloat16")
    expected = qwen2.mlp(**given)

    def chain(n):
        gate, up = (n.dot(X, given[k].mT) for k in ("w_gate", "w_up"))
        return n.dot(n(n(gate * torch.sigmoid(gate)) * up), given["w_down"].mT)

    deviations = torch.stack([(chain(Noise(eps, s)) - expected.value).abs() for s in range(50)]).amax(0)
    ratio = deviations / (eps * expected.magnitude)
    assert float(ratio.max()) <= 4.0
    assert float(ratio.median()) >= 0.3
