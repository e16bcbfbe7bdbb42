"""The norm before the head is missing."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
]
HINTS = {
    "1.5.3 model-tied": "the final norm before the output head is missing",
}
CHANGES = [
    (
        "qwen2_week1.py",
        """\
        h = self.norm(h)
""",
        "",
    ),
]
