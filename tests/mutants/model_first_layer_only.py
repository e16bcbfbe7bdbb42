"""The model runs its first layer again and again."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-bfloat16",
]
HINTS = {
    "1.5.3 model-tied": "every layer has the weights of the first one",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "for layer in self.layers:",
        "for layer in self.layers[:1] * len(self.layers):",
    ),
]
