"""What Week 2's tests put in place of the rest: plain MLX kernels, letters for tokens, a function for a model."""

import importlib
import random
import sys
import types

import mlx.core as mx
import numpy as np
import pytest

EOS = 4
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _quantized_matmul(scales, biases, group_size, bits, a, b, transpose_b=False):
    dense = mx.dequantize(b, scales=scales, biases=biases, group_size=group_size, bits=bits)
    dense = dense.astype(mx.float32)
    return (a.astype(mx.float32) @ (dense.T if transpose_b else dense)).astype(a.dtype)


def _flash_attention(query, key, value, scale, mask, causal):
    groups = query.shape[-3] // key.shape[-3]
    q, k, v = (x.astype(mx.float32) for x in (query, key, value))
    k, v = (mx.repeat(x, groups, axis=-3) for x in (k, v))
    scores = q @ k.swapaxes(-1, -2) * scale
    L, S = scores.shape[-2:]
    if causal:
        scores = scores + mx.triu(mx.full((L, S), -mx.inf), k=S - L + 1)
    if mask is not None:
        scores = scores + mask.astype(mx.float32)
    return (mx.softmax(scores, axis=-1) @ v).astype(query.dtype)


def plain_kernels():
    """Return a module `kernels` with the two operations that Week 2 needs, without any C++."""
    module = types.ModuleType("kernels")
    module.quantized_matmul = _quantized_matmul
    module.flash_attention = _flash_attention
    return module


def fused_kernels():
    """Return the same module with the fused operations, too."""
    module = plain_kernels()
    module.rms_norm = lambda x, weight, eps: mx.fast.rms_norm(x, weight, eps).astype(x.dtype)
    module.rope = lambda x, dims, base, traditional, offsets: mx.fast.rope(
        x, dims, traditional=traditional, base=base, scale=1.0, offset=offsets
    )
    module.swiglu = lambda gate, up: (gate * mx.sigmoid(gate.astype(mx.float32)) * up).astype(gate.dtype)
    return module


def put_kernels(which, monkeypatch):
    """Let `from kernels import ...` find stand-ins ("plain", "fused") or what `make kernels` built ("built")."""
    if which in ("plain", "fused"):
        monkeypatch.setitem(sys.modules, "kernels", {"plain": plain_kernels, "fused": fused_kernels}[which]())
        return
    try:
        built = importlib.import_module("kernels").load()
    except ImportError as error:
        pytest.skip(f"the C++ kernels are not built: {error}")
    for name in ("quantized_matmul", "flash_attention"):
        if not hasattr(built, name):
            pytest.skip(f"the built kernels have no {name}")
    monkeypatch.setitem(sys.modules, "kernels", built)


class Detokenizer:
    """Holds the newest letter back until the next one, or the end, shows that it is complete."""

    def reset(self):
        self.held, self.ready = "", ""

    def add_token(self, token):
        self.ready += self.held
        self.held = LETTERS[token]

    def finalize(self):
        self.ready += self.held
        self.held = ""

    @property
    def last_segment(self):
        segment, self.ready = self.ready, ""
        return segment


class Letters:
    """A tokenizer with one token per letter, and one detokenizer for everybody."""

    eos_token_id = EOS

    def __init__(self):
        self.detokenizer = Detokenizer()

    def encode(self, text):
        return [LETTERS.index(letter) for letter in text]


def next_token(tokens):
    """Return what follows `tokens`: any letter, the same one for the same tokens; EOS one time in six."""
    rng = random.Random(repr(tokens))
    return EOS if rng.random() < 1 / 6 else rng.choice([i for i in range(len(LETTERS)) if i != EOS])


def alone(prompt, max_seq_len=512):
    """Return the text that `prompt` gets from `next_token`, computed without any model."""
    tokens = [LETTERS.index(letter) for letter in prompt]
    while (token := next_token(tokens)) != EOS:
        tokens.append(token)
        if len(tokens) > max_seq_len:
            break
    return "".join(LETTERS[token] for token in tokens[len(prompt) :])


class Reader:
    """A model that knows of earlier tokens only what the caches give back, and answers with `next_token`.

    A token's id is its key, and the id plus 0.5 its value, in two heads of three channels. So a row's answer is
    right only if it sees exactly what it has been fed, in order, on every layer, and all offsets are right.
    """

    def __init__(self, num_hidden_layers=3):
        self.num_hidden_layers = num_hidden_layers
        self.calls = []

    def __call__(self, inputs, offset, cache):
        B, L = inputs.shape
        self.calls.append((inputs.tolist(), offset))
        first, *others = [self._read(layer, inputs) for layer in cache]
        assert len(others) == self.num_hidden_layers - 1
        assert all(other == first for other in others), "the layers differ"
        assert [len(row) - L for row in first] == (offset if isinstance(offset, list) else [offset] * B)
        logits = np.full((B, L, len(LETTERS)), -3.0, dtype=np.float32)
        logits[:, :-1, EOS] = 9.0  # the likeliest everywhere but at the last position
        for row, tokens in enumerate(first):
            logits[row, -1] = np.arange(len(LETTERS)) / 100 + 100 * row  # rows differ in what softmax ignores
            logits[row, -1, next_token(tokens)] += 2.0
        return mx.array(logits)

    def _read(self, layer, inputs):
        """Return the tokens that the newest query of each row sees in a layer."""
        B, L = inputs.shape
        key = mx.broadcast_to(inputs[:, None, :, None].astype(mx.float32), (B, 2, L, 3))
        key, value, S, mask = layer.update_and_fetch(key, key + 0.5, mask_length=L, mask="causal")
        assert key.shape == value.shape == (B, 2, S, 3)
        hidden = mx.zeros((B, S)) if isinstance(mask, str) else mask[:, 0, -1]
        return [
            [int(v - 0.5) for v, h in zip(row.tolist(), masked.tolist(), strict=True) if h == 0]
            for row, masked in zip(value[:, 1, :, 2], hidden, strict=True)
        ]
