"""Repeats the KV heads in Python; the kernel knows equal heads alone."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "query.shape(-3) % key.shape(-3) != 0",
        "query.shape(-3) != key.shape(-3)",
    ),
    (
        "attention.py",
        """    causal = isinstance(mask, str)
""",
        """    if query.shape[-3] % key.shape[-3]:
        raise ValueError(f"{query.shape[-3]} query heads for {key.shape[-3]} key heads")
    repeats = query.shape[-3] // key.shape[-3]
    key, value = (mx.repeat(x, repeats, axis=-3) for x in (key, value))
    causal = isinstance(mask, str)
""",
    ),
]
