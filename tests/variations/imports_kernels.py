"""The package imports its kernels, which are not built, from beside it and from inside."""

CHANGES = [
    ('quantize.py', 'import mlx.core as mx\n', 'import mlx.core as mx\n\ntry:\n    from kernels import quantized_matmul\nexcept ImportError:\n    quantized_matmul = None\n'),
    ('attention.py', 'import mlx.core as mx\n', 'import mlx.core as mx\n\nfrom .kernels import flash_attention\n'),
]
