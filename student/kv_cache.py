"""Key/value caches: what earlier tokens computed is kept, so that a step feeds only what is new.

A cache belongs to one layer; a model with N layers is called with a list of N. Keys come in rotated by their
positions, so a cache knows nothing about positions: where a key lies in it means nothing.
"""

import mlx.core as mx


class TinyKvFullCache:
    """Everything one request has computed in one layer: keys and values, each `[1, H, S, D]`."""

    def __init__(self):
        """Start empty: `key_values` is None until the first update."""
        self.key_values: tuple[mx.array, mx.array] | None = None

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
        if self.key_values is not None:
            past_key, past_value = self.key_values
            key = mx.concatenate([past_key, key], axis=2)
            value = mx.concatenate([past_value, value], axis=2)
        self.key_values = key, value
        return key, value, key.shape[2], mask


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
        self.max_seq_len = max_seq_len
        self.lengths: list[int | None] = [None] * max_active_requests  # None: the row is free
        self.key_values: tuple[mx.array, mx.array] | None = None  # [B, H, S, D] each

    def add_request(self, prefilled: TinyKvFullCache, id: int) -> None:
        """Give a request's past to a free row.

        Args:
            prefilled: The request's own cache of this layer; it is only read.
            id: The row, from 0 to `max_active_requests - 1`.

        Raises:
            ValueError: There is no such row, it is taken, or the past is longer than `max_seq_len`.
        """
        self._check_row(id)
        if self.lengths[id] is not None:
            raise ValueError(f"row {id} is taken: remove its request first")
        length = 0 if prefilled.key_values is None else prefilled.key_values[0].shape[2]
        if length > self.max_seq_len:
            raise ValueError(f"the request has {length} tokens, max_seq_len is {self.max_seq_len}")
        if prefilled.key_values is not None:
            rows = self.key_values or (None, None)
            key, value = (
                self._with_row(r, id, own) for r, own in zip(rows, prefilled.key_values, strict=True)
            )
            self.key_values = key, value
        self.lengths[id] = length

    def remove_request(self, id: int) -> None:
        """Free a row.

        Raises:
            ValueError: There is no such row, or it is free.
        """
        self._check_row(id)
        if self.lengths[id] is None:
            raise ValueError(f"row {id} has no request")
        self.lengths[id] = None

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
        B, L = keys.shape[0], mask_length or keys.shape[2]
        if len(self.lengths) != B:
            raise ValueError(f"keys have {B} rows, the cache has {len(self.lengths)}")
        longest = max(length or 0 for length in self.lengths)
        if longest + L > self.max_seq_len:
            raise ValueError(f"{longest} tokens cannot grow by {L}: max_seq_len is {self.max_seq_len}")
        if self.key_values is not None:
            past = self.key_values[0].shape[2]
            start = past - longest  # what only rows that have left needed is dropped
            keys, values = (
                mx.concatenate([rows[:, :, start:], new], axis=2)
                for rows, new in zip(self.key_values, (keys, values), strict=True)
            )
        self.key_values = keys, values
        visible = self._mask(L, keys.shape[2], keys.dtype)
        self.lengths = [None if length is None else length + L for length in self.lengths]
        return keys, values, keys.shape[2], visible + mask if isinstance(mask, mx.array) else visible

    def _mask(self, L: int, S: int, dtype: mx.Dtype) -> mx.array:
        """Build `[B, 1, L, S]` for rows whose newest `L` tokens are not counted yet."""
        past = mx.array([length or 0 for length in self.lengths])
        first = (S - L - past)[:, None, None, None]
        last = (S - L + mx.arange(L))[:, None]
        column = mx.arange(S)
        return mx.where((first <= column) & (column <= last), 0.0, -mx.inf).astype(dtype)

    def _with_row(self, rows: mx.array | None, id: int, own: mx.array) -> mx.array:
        """Return `rows [B, H, S, D]` with row `id` replaced by `own [1, H, n, D]`, both padded on the left."""
        if rows is None:
            rows = mx.zeros((len(self.lengths), *own.shape[1:]), dtype=own.dtype)
        S = max(rows.shape[2], own.shape[2])
        rows, own = (mx.pad(x, [(0, 0), (0, 0), (S - x.shape[2], 0), (0, 0)]) for x in (rows, own))
        return mx.concatenate([rows[:id], own, rows[id + 1 :]])

    def _check_row(self, id: int) -> None:
        if not 0 <= id < len(self.lengths):
            raise ValueError(f"id ({id}) must be from 0 to {len(self.lengths) - 1}")
