"""The causal mask is float32 whatever dtype is asked for."""

FAILS = ["1.3.2 dtype"]
CHANGES = [
    (
        "attention.py",
        "mx.where(mx.arange(S) <= last_visible, 0.0, -mx.inf).astype(dtype)",
        "mx.where(mx.arange(S) <= last_visible, 0.0, -mx.inf)",
    ),
]
