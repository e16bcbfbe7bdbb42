"""With flash attention the mask is not passed on."""

WEEK = 2
FAILS = [
    "2.1 flash",
]
CHANGES = [
    (
        "qwen2_week2.py",
        "out = self.attend(q, k, v, mask=mask)",
        "out = self.attend(q, k, v, mask=mask if self.attend is scaled_dot_product_attention_grouped else None)",
    ),
]
