"""Key/value caches: what earlier tokens computed is kept, so that a step feeds only what is new.

A cache belongs to one layer; a model with N layers is called with a list of N. Keys come in rotated by their
positions, so a cache knows nothing about positions: where a key lies in it means nothing.
"""

import mlx.core as mx


class TinyKvFullCache:
    """Everything one request has computed in one layer: keys and values, each `[1, H, S, D]`."""

    def __init__(self):
        """Start empty."""
        raise NotImplementedError("task 2.1: implement TinyKvFullCache.__init__")

    @property
    def key_values(self) -> tuple[mx.array, mx.array] | None:
        """Keys and values so far, each `[1, H, S, D]`; None before the first update."""
        raise NotImplementedError("task 2.1: implement TinyKvFullCache.key_values")

    def update_and_fetch(
        self,
        key: mx.array,
        value: mx.array,
        mask_length: int | None = None,
        mask: mx.array | str | None = None,
    ) -> tuple[mx.array, mx.array, int, mx.array | str | None]:
        """Append the newest keys and values and return all of them.

        Args:
            key: `[B, H, L, D]`.
            value: `[B, H, L, D]`.
            mask_length: `L`; other caches need it, this one does not.
            mask: Handed through: with one request, the caller knows who may see whom.

        Returns:
            Keys and values `[B, H, S, D]`, `S`, and the mask.
        """
        raise NotImplementedError("task 2.1: implement TinyKvFullCache.update_and_fetch")


class BatchingKvCache:
    """Several requests of different lengths in one layer, one row each, aligned at the end.

    All rows grow by the same tokens at the same end, so a step appends one block; what differs is where a
    row begins, and that is the mask's business. With rows of 4 and 2 tokens:

        row 0:   a  b  c  d
        row 1:   -  -  x  y

    A free row takes part in every step as a request without a past: it sees the tokens it is fed (so that its
    numbers stay finite), and nothing of it is kept.
    """

    def __init__(self, max_active_requests: int, max_seq_len: int):
        """Start with all rows free.

        Args:
            max_active_requests: `B`, the number of rows.
            max_seq_len: The most tokens that a row may hold.
        """
        raise NotImplementedError("task 2.6: implement BatchingKvCache.__init__")

    def add_request(self, prefilled: TinyKvFullCache, id: int) -> None:
        """Give a request's past to a free row.

        Args:
            prefilled: The request's own cache of this layer; it is only read.
            id: The row, from 0 to `max_active_requests - 1`.

        Raises:
            ValueError: There is no such row, it is taken, or the past is longer than `max_seq_len`.
        """
        raise NotImplementedError("task 2.6: implement BatchingKvCache.add_request")

    def remove_request(self, id: int) -> None:
        """Free a row.

        Raises:
            ValueError: There is no such row, or it is free.
        """
        raise NotImplementedError("task 2.6: implement BatchingKvCache.remove_request")

    def update_and_fetch(
        self,
        keys: mx.array,
        values: mx.array,
        mask_length: int | None = None,
        mask: mx.array | str | None = None,
    ) -> tuple[mx.array, mx.array, int, mx.array]:
        """Append the newest keys and values of every row and return all of them.

        Args:
            keys: `[B, H, L, D]`, free rows included.
            values: `[B, H, L, D]`.
            mask_length: `L`; taken from `keys` if None.
            mask: Every row is causal, with None and with "causal"; an array is added to that and broadcasts to
                `[B, 1, L, S]`.

        Returns:
            Keys and values `[B, H, S, D]`, `S` (the longest row), and the mask `[B, 1, L, S]`: 0 for the keys
            that a query may see, -inf for those of the future and for what lies before a row's beginning.

        Raises:
            ValueError: There is not one row per request, or a row would grow beyond `max_seq_len`; then
                nothing is appended.
        """
        raise NotImplementedError("task 2.6: implement BatchingKvCache.update_and_fetch")
