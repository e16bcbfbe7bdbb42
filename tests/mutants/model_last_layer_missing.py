"""The model leaves its last layer out."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
]
HINTS = {
    "1.5.3 model-tied": "the last layer is not run",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "for layer in self.layers:",
        "for layer in self.layers[:-1]:",
    ),
]
