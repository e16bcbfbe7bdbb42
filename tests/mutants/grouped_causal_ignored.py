"""The word "causal" is taken for no mask."""

FAILS = [
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
]
HINTS = {
    "1.3.1 grouped-leading-axes": 'mask="causal" is ignored',
}
CHANGES = [
    (
        "attention.py",
        "mask = causal_mask(L, S, mx.float32)",
        "mask = None",
    ),
]
