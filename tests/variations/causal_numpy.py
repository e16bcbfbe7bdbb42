"""The causal mask is made with numpy."""

APPEND = {
    "attention.py": '''import numpy as np


def causal_mask(L, S, dtype):
    mask = np.zeros((L, S), dtype=np.float32)
    mask[np.triu_indices(L, k=S - L + 1, m=S)] = -np.inf
    return mx.array(mask).astype(dtype)
''',
}
