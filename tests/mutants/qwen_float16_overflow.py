"""Attention runs in the dtype of x: large scores overflow in float16."""

FAILS = ["1.3.3 attention-overflow"]
HINTS = {"1.3.3 attention-overflow": "the scores overflow float16"}
CHANGES = [
    (
        "attention.py",
        "q, k, v = (x.astype(mx.float32) for x in (query, key, value))",
        "q, k, v = query, key, value",
    ),
    (
        "qwen2_week1.py",
        "(t.swapaxes(1, 2).astype(mx.float32) for t in (q, k, v))",
        "(t.swapaxes(1, 2) for t in (q, k, v))",
    ),
]
