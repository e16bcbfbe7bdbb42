"""The bias of a group is not added."""

FAILS = [
    "1.5.3 dequantize-values",
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
    "1.5.3 model-bfloat16",
    "1.5.3 dequantize-groups",
]
HINTS = {
    "1.5.3 dequantize-values": "the group's bias is not added",
}
CHANGES = [
    (
        "quantize.py",
        "biases=mlx_layer.biases",
        "biases=mx.zeros_like(mlx_layer.biases)",
    ),
]
