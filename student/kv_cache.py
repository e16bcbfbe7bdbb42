"""Key/value caches: what earlier tokens computed is kept, so that a step feeds only what is new.

A cache belongs to one layer; a model with N layers is called with a list of N. Keys come in rotated by their
positions, so a cache knows nothing about positions: where a key lies in it means nothing.
"""

import mlx.core as mx


class TinyKvFullCache:
    """Everything one request has computed in one layer: keys and values, each `[1, H, S, D]`."""

    def __init__(self):
        """Start empty."""
        self._past = _Growing()

    @property
    def key_values(self) -> tuple[mx.array, mx.array] | None:
        """Keys and values so far, each `[1, H, S, D]`; None before the first update."""
        return self._past.newest(self._past.length)

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
        self._past.append(key, value, keep=self._past.length)
        return *self._past.newest(self._past.length), self._past.length, mask


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
        self._past = _Growing()

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
        own = prefilled.key_values
        length = 0 if own is None else own[0].shape[2]
        if length > self.max_seq_len:
            raise ValueError(f"the request has {length} tokens, max_seq_len is {self.max_seq_len}")
        if own is not None:
            past = self._past.newest(self._longest())
            if past is None:
                past = [mx.zeros((len(self.lengths), *x.shape[1:]), dtype=x.dtype) for x in own]
            self._past = _Growing(*(_with_row(rows, id, x) for rows, x in zip(past, own, strict=True)))
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
        longest = self._longest()
        if longest + L > self.max_seq_len:
            raise ValueError(f"{longest} tokens cannot grow by {L}: max_seq_len is {self.max_seq_len}")
        self._past.append(keys, values, keep=longest)  # what only rows that have left needed is dropped
        S = longest + L
        visible = self._mask(L, S, keys.dtype)
        self.lengths = [None if length is None else length + L for length in self.lengths]
        return *self._past.newest(S), S, visible + mask if isinstance(mask, mx.array) else visible

    def _longest(self) -> int:
        return max(length or 0 for length in self.lengths)

    def _mask(self, L: int, S: int, dtype: mx.Dtype) -> mx.array:
        """Build `[B, 1, L, S]` for rows whose newest `L` tokens are not counted yet."""
        past = mx.array([length or 0 for length in self.lengths])
        first = (S - L - past)[:, None, None, None]
        last = (S - L + mx.arange(L))[:, None]
        column = mx.arange(S)
        return mx.where((first <= column) & (column <= last), 0.0, -mx.inf).astype(dtype)

    def _check_row(self, id: int) -> None:
        if not 0 <= id < len(self.lengths):
            raise ValueError(f"id ({id}) must be from 0 to {len(self.lengths) - 1}")


class _Growing:
    """Keys and values `[B, H, n, D]` that grow at the end, in arrays with room ahead.

    A step writes its columns into the room, and MLX does that in place where nobody else holds the array. Joining
    old and new in a fresh array would move the whole past for every token: twice the text, twice the cost.
    """

    ROOM = 256  # columns: as often as everything is moved

    def __init__(self, *key_values: mx.array):
        """Start with keys and values, or with nothing."""
        self.arrays = list(key_values)
        self.length = key_values[0].shape[2] if key_values else 0

    def append(self, *key_values: mx.array, keep: int) -> None:
        """Write `L` new columns behind at least the newest `keep`."""
        L = key_values[0].shape[2]
        if not self.arrays or self.length + L > self.arrays[0].shape[2]:
            past = self.newest(keep) if keep else [new[:, :, :0] for new in key_values]
            self.arrays = [mx.pad(x, [(0, 0), (0, 0), (0, L + self.ROOM), (0, 0)]) for x in past]
            self.length = keep
        for array, new in zip(self.arrays, key_values, strict=True):
            array[:, :, self.length : self.length + L] = new
        self.length += L

    def newest(self, count: int) -> tuple[mx.array, ...] | None:
        """Return the last `count` columns of keys and of values; None if there has never been any."""
        if not self.arrays:
            return None
        return tuple(array[:, :, self.length - count : self.length] for array in self.arrays)


def _with_row(rows: mx.array, id: int, own: mx.array) -> mx.array:
    """Return `rows [B, H, S, D]` with row `id` replaced by `own [1, H, n, D]`, both padded on the left."""
    S = max(rows.shape[2], own.shape[2])
    rows, own = (mx.pad(x, [(0, 0), (0, 0), (S - x.shape[2], 0), (0, 0)]) for x in (rows, own))
    return mx.concatenate([rows[:id], own, rows[id + 1 :]])
