"""The dense weight is transposed."""

FAILS = [
    "1.5.3 dequantize-values",
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
    "1.5.3 dequantize-groups",
]
CHANGES = [
    (
        "quantize.py",
        """\
        bits=mlx_layer.bits,
    )
""",
        """\
        bits=mlx_layer.bits,
    ).T
""",
    ),
]
