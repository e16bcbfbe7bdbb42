"""The model runs its layers in reverse order."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-bfloat16",
]
HINTS = {
    "1.5.3 model-tied": "the layers run in reverse order",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "for layer in self.layers:",
        "for layer in self.layers[::-1]:",
    ),
]
