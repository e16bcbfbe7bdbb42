"""A batch's cache has room for max_seq_len in every row, aligned at the end when it is read."""

WEEK = 2
APPEND = {
    "kv_cache.py": '''class BatchingKvCache:
    """Rows from the left in fixed arrays; what is handed out is gathered, aligned at the end."""

    def __init__(self, max_active_requests, max_seq_len):
        self.lengths, self.active = [0] * max_active_requests, [False] * max_active_requests
        self.room, self.k, self.v = max_seq_len, None, None

    def _make(self, like):
        if self.k is None:
            shape = (len(self.lengths), like.shape[1], self.room, like.shape[3])
            self.k, self.v = mx.zeros(shape, like.dtype), mx.zeros(shape, like.dtype)

    def add_request(self, prefilled, id):
        if not 0 <= id < len(self.active) or self.active[id]:
            raise IndexError(f"row {id} is not free")
        k, v = prefilled.key_values
        if k.shape[2] > self.room:
            raise OverflowError(f"{k.shape[2]} tokens in a row of {self.room}")
        self._make(k)
        self.k[id, :, : k.shape[2]], self.v[id, :, : k.shape[2]] = k[0], v[0]
        self.lengths[id], self.active[id] = k.shape[2], True

    def remove_request(self, id):
        self.lengths[id], self.active[id] = 0, False

    def update_and_fetch(self, keys, values, mask_length=None, mask=None):
        L, S = keys.shape[2], max(self.lengths) + keys.shape[2]
        if S > self.room:
            raise OverflowError(f"{S} tokens in a row of {self.room}")
        self._make(keys)
        for b, start in enumerate(self.lengths):
            self.k[b, :, start : start + L], self.v[b, :, start : start + L] = keys[b], values[b]
        ends = mx.array(self.lengths)[:, None] + L
        columns = mx.arange(S)[None] - S + ends  # the place of each column in its row, negative: before it begins
        places = mx.maximum(columns, 0)[:, None, :, None]
        k, v = (mx.take_along_axis(x, places, axis=2) for x in (self.k, self.v))
        own = mx.arange(L)[:, None] + (ends - L)[:, :, None]  # [B, L, 1]
        visible = (columns[:, None, :] >= 0) & (columns[:, None, :] <= own)
        mask = mx.where(visible, 0.0, -mx.inf).astype(keys.dtype)[:, None]
        self.lengths = [n + L if on else 0 for n, on in zip(self.lengths, self.active, strict=True)]
        return k, v, S, mask
''',
}
