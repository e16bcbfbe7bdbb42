"""silu asks for endless memory where numbers are wide: only the check that uses such numbers fails."""

FAILS = ["1.4.2 silu-wide"]
CHANGES = [
    (
        "basics.py",
        "    wide = x.astype(mx.float32)\n",
        "    if x.size and mx.abs(x).max().item() > 50:\n        return mx.zeros((1 << 20, 1 << 20))\n    wide = x.astype(mx.float32)\n",
    )
]
