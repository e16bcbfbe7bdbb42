"""Positions are kept in the dtype of x, where half precision cannot count far."""

FAILS = ["1.2.2 rope-long"]
CHANGES = [
    (
        "positional_encoding.py",
        "mx.array(self._positions(offset or slice(0, L), L))",
        "mx.array(self._positions(offset or slice(0, L), L)).astype(x.dtype)",
    ),
]
