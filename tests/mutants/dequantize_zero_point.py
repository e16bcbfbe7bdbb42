"""The numbers are read as scale * (q - 8)."""

FAILS = [
    "1.5.3 dequantize-values",
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
    "1.5.3 dequantize-groups",
]
HINTS = {
    "1.5.3 dequantize-values": "the numbers were read as scale * (q - 8)",
}
CHANGES = [
    (
        "quantize.py",
        "biases=mlx_layer.biases",
        "biases=-8 * mlx_layer.scales",
    ),
]
