"""The positions of a list of offsets are joined along the sequence."""

FAILS = ["1.2.2 rope-offset-rows"]
CHANGES = [
    (
        "positional_encoding.py",
        "mx.array([self._positions(row, L) for row in offset])",
        "mx.array(sum((self._positions(row, L) for row in offset), []))",
    ),
]
