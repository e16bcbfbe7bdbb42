"""The model always uses the embedding as its head."""

FAILS = [
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
]
HINTS = {
    "1.5.3 model-untied": "lm_head is ignored and the embedding used as output head",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "self.lm_head = None if args.tie_word_embeddings else dequantize_linear(mlx_model.lm_head)",
        "self.lm_head = None",
    ),
]
