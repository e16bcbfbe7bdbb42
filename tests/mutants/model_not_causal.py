"""The model passes no mask."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
]
HINTS = {
    "1.5.3 model-tied": "attention is not causal",
}
CHANGES = [
    (
        "qwen2_week1.py",
        'mask="causal")',
        "mask=None)",
    ),
]
