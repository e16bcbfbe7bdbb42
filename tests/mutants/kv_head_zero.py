"""Every query head reads KV head 0."""

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
    "1.3.1 grouped-values": "every query head read KV head 0",
}
CHANGES = [
    (
        "attention.py",
        "mx.expand_dims(key, -3)",
        "mx.expand_dims(key[..., :1, :, :], -3)",
    ),
    (
        "attention.py",
        "mx.expand_dims(value, -3)",
        "mx.expand_dims(value[..., :1, :, :], -3)",
    ),
]
