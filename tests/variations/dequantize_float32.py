"""All weights are dequantized in float32, so the model answers in float32."""

APPEND = {
    "quantize.py": '''def dequantize_linear(mlx_layer):
    if getattr(mlx_layer, "scales", None) is None:
        return mlx_layer.weight.astype(mx.float32)
    return mx.dequantize(
        mlx_layer.weight,
        mlx_layer.scales.astype(mx.float32),
        mlx_layer.biases.astype(mx.float32),
        mlx_layer.group_size,
        mlx_layer.bits,
    )
''',
}
