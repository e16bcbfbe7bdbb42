"""An offset slice starts one position late."""

FAILS = [
    "1.2.2 rope-offset",
    "1.2.2 rope-long",
]
HINTS = {
    "1.2.2 rope-offset": "every position is one too large",
}
CHANGES = [
    (
        "positional_encoding.py",
        "positions = mx.array(self._positions(offset or slice(0, L), L))  # [L]",
        "positions = mx.array(self._positions(offset or slice(0, L), L)) + (1 if offset else 0)  # [L]",
    ),
]
