"""The model's base is always 10000."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
]
HINTS = {
    "1.5.3 model-tied": "theta is not passed on to RoPE",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "theta=args.rope_theta",
        "theta=10000",
    ),
]
