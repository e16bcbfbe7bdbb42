"""The products of attention are einsums."""

CHANGES = [
    ('attention.py', 'scores = (q @ k.swapaxes(-1, -2)) * scale  # [..., L, S]', 'scores = mx.einsum("...ld,...sd->...ls", q, k) * scale'),
    ('attention.py', 'return (softmax(scores, axis=-1) @ v).astype(query.dtype)', 'return mx.einsum("...ls,...sd->...ld", softmax(scores, axis=-1), v).astype(query.dtype)'),
]
