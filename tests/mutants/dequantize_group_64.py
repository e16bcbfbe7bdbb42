"""The group size is always 64."""

FAILS = ["1.5.3 dequantize-groups"]
CHANGES = [
    (
        "quantize.py",
        "group_size=mlx_layer.group_size",
        "group_size=64",
    ),
]
