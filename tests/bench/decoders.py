"""`python -m tests.bench.decoders KIND FOLDER`: a whole model of the Qwen2-0.5B shape, timed by itself.

KIND is reference, mlx_lm or transformers. Answers a line of JSON to each on stdin: `{"prefill": n, "decode": m}` gives
the seconds of feeding n tokens into an empty cache, and of m greedy tokens after them. Each works as its own generation
loop does: mlx-lm and transformers compute the logits of the last token of a prompt only, the reference those of all.
mlx-lm works in float32, in which it is fastest: MLX's products on the CPU take several times as long in half precision.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from tests.bench.checkpoint import LAYERS, SIZES

THREADS = int(os.environ.get("KERNELS_THREADS", "1"))


class Decoder(Protocol):
    """A model with a cache."""

    def prefill(self, ids: list[int]) -> int:
        """Feed a prompt into an empty cache and return the next token."""

    def step(self, token: int) -> int:
        """Feed one token and return the next."""


class Reference:
    """The reference's Week 2 model with its kernels."""

    def __init__(self, folder: Path) -> None:
        import mlx.core as mx

        import kernels
        from reference.kv_cache import TinyKvFullCache
        from reference.models import load
        from reference.qwen2_week2 import Qwen2ModelWeek2

        mx.set_default_device(mx.cpu)
        kernels.load().set_num_threads(THREADS)
        self._mx, self._new_cache = mx, TinyKvFullCache
        self._model = Qwen2ModelWeek2(load(folder, mx.bfloat16)[0], enable_flash_attn=True)

    def prefill(self, ids: list[int]) -> int:
        self._offset, self._cache = 0, [self._new_cache() for _ in range(LAYERS)]
        return self._feed(ids)

    def step(self, token: int) -> int:
        return self._feed([token])

    def _feed(self, ids: list[int]) -> int:
        newest = self._model(self._mx.array([ids]), self._offset, self._cache)[0, -1]
        self._offset += len(ids)
        return int(self._mx.argmax(newest).item())


class MlxLm:
    """mlx-lm's model of the same weights."""

    def __init__(self, folder: Path) -> None:
        import mlx.core as mx
        from mlx_lm.models.cache import make_prompt_cache

        from reference.models import load

        mx.set_default_device(mx.cpu)
        self._mx, self._new_cache = mx, make_prompt_cache
        self._model = load(folder, mx.float32)[0]

    def prefill(self, ids: list[int]) -> int:
        self._cache = self._new_cache(self._model)
        self._model(self._mx.array([ids[:-1]]), cache=self._cache)
        self._mx.eval([layer.state for layer in self._cache])
        return self.step(ids[-1])

    def step(self, token: int) -> int:
        newest = self._model(self._mx.array([[token]]), cache=self._cache)[0, -1]
        return int(self._mx.argmax(newest).item())


class Transformers:
    """transformers' model of the same sizes with random weights in bfloat16."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import Qwen2Config, Qwen2ForCausalLM

        torch.set_num_threads(THREADS)
        torch.set_grad_enabled(False)
        self._torch = torch
        config = Qwen2Config(**{name: value for name, value in SIZES.items() if name != "rope_theta"})
        with torch.device("meta"):
            model = Qwen2ForCausalLM(config).to(torch.bfloat16)
        model = model.to_empty(device="cpu")
        for parameter in model.parameters():
            parameter.uniform_(-0.02, 0.02)
        with torch.device("cpu"):  # what the constructor computed was empty, too
            model.model.rotary_emb = type(model.model.rotary_emb)(config)
        model.tie_weights()
        self._model = model.eval()

    def prefill(self, ids: list[int]) -> int:
        self._past = None
        return self._feed(ids)

    def step(self, token: int) -> int:
        return self._feed([token])

    def _feed(self, ids: list[int]) -> int:
        out = self._model(
            self._torch.tensor([ids]), past_key_values=self._past, use_cache=True, logits_to_keep=1
        )
        self._past = out.past_key_values
        return int(out.logits[0, -1].argmax())


KINDS: dict[str, Any] = {"reference": Reference, "mlx_lm": MlxLm, "transformers": Transformers}


def main() -> int:
    """Answer until stdin ends."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    decoder: Decoder = KINDS[sys.argv[1]](Path(sys.argv[2]))
    random = np.random.default_rng(0)
    channel.write(json.dumps({"about": {}}) + "\n")
    for line in sys.stdin:
        asked = json.loads(line)
        ids = random.integers(0, SIZES["vocab_size"], asked["prefill"]).tolist()
        began = time.perf_counter()
        token = decoder.prefill(ids)
        filled = time.perf_counter()
        for _ in range(asked["decode"]):
            token = decoder.step(token)
        answer = {"prefill_s": filled - began, "decode_s": time.perf_counter() - filled}
        channel.write(json.dumps({"answer": answer}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
