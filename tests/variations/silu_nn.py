"""silu is mlx.nn's own, which is compiled."""

APPEND = {
    "basics.py": '''import mlx.nn as nn


def silu(x: mx.array) -> mx.array:
    return nn.silu(x)
''',
}
