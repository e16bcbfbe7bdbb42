"""RoPE's base is always 1000000."""

FAILS = ["1.3.3 attention-theta"]
HINTS = {
    "1.3.3 attention-theta": "the theta that is passed in is ignored",
    "1.5.1 block-settings": "the theta that is passed in is ignored",
    "1.5.3 model-config": "the theta that is passed in is ignored",
}
CHANGES = [
    (
        "qwen2_week1.py",
        "base=theta, traditional=False",
        "base=1000000, traditional=False",
    ),
]
