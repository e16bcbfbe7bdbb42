"""RMSNorm returns float32 for half-precision inputs."""

FAILS = [
    "1.4.1 dtype",
    "1.5.1 dtype",
]
CHANGES = [
    (
        "layer_norm.py",
        "return (wide * mx.rsqrt(mean_square + self.eps) * self.weight).astype(x.dtype)",
        "return wide * mx.rsqrt(mean_square + self.eps) * self.weight",
    ),
]
