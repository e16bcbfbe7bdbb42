"""flash_attention does its work eighty times."""

WEEK = 2
TASKS = ["2.4"]
FAILS = [
    "2.4 speed-decode",
    "2.4 speed-prefill",
    "2.4 fast-decode",
    "2.4 fast-prefill",
]
APPEND = {
    "attention.py": """

_once = flash_attention


def flash_attention(*args, **kwargs):
    for _ in range(80):
        y = _once(*args, **kwargs)
        mx.eval(y)
    return y
""",
}
