"""KV heads are tiled: query head h reads KV head h % H."""

FAILS = [
    "1.3.1 grouped-values",
    "1.3.1 grouped-scale",
    "1.3.1 grouped-mask",
    "1.3.1 grouped-causal",
    "1.3.1 grouped-leading-axes",
    "1.3.1 grouped-mask-broadcast",
    "1.3.1 grouped-scale-zero",
]
HINTS = {
    "1.3.1 grouped-values": "KV heads were tiled; query head h reads KV head h // (H_q // H)",
    "1.3.1 grouped-mask": "KV heads were tiled; query head h reads KV head h // (H_q // H)",
    "1.3.1 grouped-causal": "KV heads were tiled; query head h reads KV head h // (H_q // H)",
}
CHANGES = [
    (
        "attention.py",
        "groups = (H, H_q // H)",
        "groups = (H_q // H, H)",
    ),
    (
        "attention.py",
        "mx.expand_dims(key, -3)",
        "mx.expand_dims(key, -4)",
    ),
    (
        "attention.py",
        "mx.expand_dims(value, -3)",
        "mx.expand_dims(value, -4)",
    ),
]
