"""The 4-bit numbers are unpacked with shifts and masks."""

APPEND = {
    "quantize.py": '''def dequantize_linear(mlx_layer):
    if getattr(mlx_layer, "scales", None) is None:
        return mlx_layer.weight
    packed = mlx_layer.weight
    shifts = mx.arange(0, 32, mlx_layer.bits).astype(mx.uint32)
    q = mx.bitwise_and(mx.right_shift(packed[..., None], shifts), 2**mlx_layer.bits - 1)
    q = q.reshape(packed.shape[0], -1, mlx_layer.group_size).astype(mlx_layer.scales.dtype)
    return (q * mlx_layer.scales[..., None] + mlx_layer.biases[..., None]).reshape(packed.shape[0], -1)
''',
}
