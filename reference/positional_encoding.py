"""Rotary position embedding (RoPE): a token's position becomes an angle.

Knows nothing about attention; that the dot product of two rotated vectors depends only on the distance
between them is the reason to rotate, not something this file has to arrange.

Source: Su et al., https://arxiv.org/abs/2104.09864
"""

import mlx.core as mx


class RoPE:
    """Rotate pairs of channels by an angle that is the position times the pair's frequency."""

    def __init__(self, dims: int, seq_len: int, base: float = 10000, traditional: bool = False):
        """Fix the frequencies: pair i turns by `base ** (-2i / dims)` per position.

        Args:
            dims: The head dim `D`.
            seq_len: Positions run from 0 to `seq_len - 1`.
            base: The checkpoint's `rope_theta`.
            traditional: True pairs the channels (0, 1), (2, 3), ... as in the paper; False pairs channel i
                with channel `i + D / 2`, as Qwen2 and Llama checkpoints do.

        Raises:
            ValueError: `dims` is odd.
        """
        if dims % 2 != 0:
            raise ValueError(f"dims ({dims}) must be even: RoPE rotates pairs of channels")
        self.seq_len = seq_len
        self.traditional = traditional
        self.frequencies = base ** (-mx.arange(0, dims, 2) / dims)  # [D / 2]

    def __call__(self, x: mx.array, offset: slice | list[slice] | None = None) -> mx.array:
        """Rotate every head of every token by the token's position.

        Args:
            x: `[B, L, H, D]`.
            offset: The positions of the `L` tokens: one slice for the whole batch, a list of one slice per
                batch row, or None for `0 .. L-1`.

        Returns:
            `[B, L, H, D]` in the dtype of `x`.

        Raises:
            ValueError: The slices do not name `L` positions below `seq_len`, or there is not one per row.
        """
        L = x.shape[-3]
        if isinstance(offset, list):
            if len(offset) != x.shape[0]:
                raise ValueError(f"offset has {len(offset)} slices, x has {x.shape[0]} batch rows")
            positions = mx.array([self._positions(row, L) for row in offset])  # [B, L]
        else:
            positions = mx.array(self._positions(offset or slice(0, L), L))  # [L]
        angles = positions[..., None, None] * self.frequencies  # [(B,) L, 1, D / 2]: the same for all heads
        return self._rotate(x.astype(mx.float32), mx.cos(angles), mx.sin(angles)).astype(x.dtype)

    def _positions(self, offset: slice, L: int) -> list[int]:
        """Return the positions that `offset` names, which must be `L`."""
        positions = range(*offset.indices(self.seq_len))
        if len(positions) != L:
            raise ValueError(f"{offset} names {len(positions)} of {self.seq_len} positions, x has {L} tokens")
        return list(positions)

    def _rotate(self, x: mx.array, cos: mx.array, sin: mx.array) -> mx.array:
        """Turn each pair (a, b) into (a cos - b sin, a sin + b cos)."""
        if self.traditional:
            a, b = x[..., 0::2], x[..., 1::2]
            return mx.stack([a * cos - b * sin, a * sin + b * cos], axis=-1).flatten(-2, -1)
        a, b = mx.split(x, 2, axis=-1)
        return mx.concatenate([a * cos - b * sin, a * sin + b * cos], axis=-1)
