"""The 4-bit numbers are unpacked from the high end."""

FAILS = [
    "1.5.3 dequantize-values",
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
    "1.5.3 dequantize-groups",
]
HINTS = {
    "1.5.3 dequantize-values": "the 4-bit numbers were unpacked from the high end",
}
CHANGES = [
    (
        "quantize.py",
        "    return mx.dequantize(",
        "    dense = mx.dequantize(",
    ),
    (
        "quantize.py",
        """\
        bits=mlx_layer.bits,
    )
""",
        """\
        bits=mlx_layer.bits,
    )
    return mx.unflatten(dense, -1, (-1, 8))[..., ::-1].flatten(-2, -1)
""",
    ),
]
