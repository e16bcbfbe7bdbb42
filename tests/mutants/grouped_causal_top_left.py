"""The word "causal" stands for a mask aligned at the top left."""

FAILS = [
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
HINTS = {
    "1.3.1 grouped-causal": "the causal mask is aligned at the top left",
}
CHANGES = [
    (
        "attention.py",
        "mask = causal_mask(L, S, mx.float32)",
        "mask = mx.where(mx.arange(S) <= mx.arange(L)[:, None], 0.0, -mx.inf)",
    ),
]
