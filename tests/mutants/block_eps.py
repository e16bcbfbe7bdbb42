"""rms_norm_eps is not passed on to the norms."""

FAILS = [
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
]
HINTS = {
    "1.5.1 block-settings": "rms_norm_eps is not passed on",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "RMSNorm(hidden_size, w_input_layernorm, eps=rms_norm_eps)",
        "RMSNorm(hidden_size, w_input_layernorm)",
    ),
    (
        "qwen2_week1.py",
        "RMSNorm(hidden_size, w_post_attention_layernorm, eps=rms_norm_eps)",
        "RMSNorm(hidden_size, w_post_attention_layernorm)",
    ),
]
