"""RMSNorm normalises the caller's array in place, so the residual is normalised too."""

FAILS = [
    "1.4.1 inputs-unchanged",
    "1.5.1 block-values",
    "1.5.1 block-settings",
    "1.5.1 block-mask",
    "1.5.1 inputs-unchanged",
]
HINTS = {
    "1.5.1 block-values": "both residuals were taken after the norm",
}
CHANGES = [
    (
        "layer_norm.py",
        "return (wide * mx.rsqrt(mean_square + self.eps) * self.weight).astype(x.dtype)",
        """\
x[...] = (wide * mx.rsqrt(mean_square + self.eps) * self.weight).astype(x.dtype)
        return x""",
    ),
]
