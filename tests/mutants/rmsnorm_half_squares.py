"""The squares and their mean are rounded to half precision."""

FAILS = ["1.4.1 norm-float32-inside"]
HINTS = {
    "1.4.1 norm-float32-inside": "the squares overflow or vanish in half precision",
}
CHANGES = [
    (
        "layer_norm.py",
        "mx.mean(mx.square(wide), axis=-1, keepdims=True)",
        "mx.mean(mx.square(x).astype(mx.float32), axis=-1, keepdims=True).astype(x.dtype)",
    ),
]
