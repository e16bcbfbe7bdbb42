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
        raise NotImplementedError("task 1.2.1: implement RoPE.__init__")

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
        raise NotImplementedError("task 1.2.1: implement RoPE.__call__")
