"""Qwen2's attention tiles the KV heads."""

FAILS = [
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
    "1.3.3 attention-small",
]
HINTS = {
    "1.3.3 attention-values": (
        "KV heads were tiled; query head h reads KV head h // (num_heads // num_kv_heads)"
    ),
    "1.5.1 block-values": (
        "KV heads were tiled; query head h reads KV head h // (num_heads // num_kv_heads)"
    ),
    "1.5.3 model-tied": "KV heads were tiled; query head h reads KV head h // (num_heads // num_kv_heads)",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "        out = scaled",
        """\
        k, v = (mx.tile(t, (1, self.num_heads // self.num_kv_heads, 1, 1)) for t in (k, v))
        out = scaled""",
    ),
]
