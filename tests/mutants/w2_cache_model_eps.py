"""rms_norm_eps is not read."""

WEEK = 2
FAILS = [
    "2.1 settings",
]
CHANGES = [
    (
        "qwen2_week2.py",
        "_rms_norm(layer.post_attention_layernorm.weight, args.rms_norm_eps)",
        "_rms_norm(layer.post_attention_layernorm.weight, 1e-6)",
    ),
]
