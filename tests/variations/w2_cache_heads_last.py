"""Both caches keep [B, L, H, D], the batch's in one list per row."""

WEEK = 2
CHANGES = [
    (
        "batch.py",
        "mx.eval([layer.key_values for layer in self.cache])",
        "mx.eval(logits)",
    ),
]
APPEND = {
    "kv_cache.py": '''class TinyKvFullCache:
    """Keys and values [B, L, H, D]."""

    def __init__(self):
        self.k = self.v = None

    def update_and_fetch(self, key, value, mask_length=None, mask=None):
        k, v = key.transpose(0, 2, 1, 3), value.transpose(0, 2, 1, 3)
        self.k = k if self.k is None else mx.concatenate([self.k, k], axis=1)
        self.v = v if self.v is None else mx.concatenate([self.v, v], axis=1)
        return self.k.transpose(0, 2, 1, 3), self.v.transpose(0, 2, 1, 3), self.k.shape[1], mask


class BatchingKvCache:
    """One cache per row."""

    def __init__(self, max_active_requests, max_seq_len):
        self.rows = [None] * max_active_requests
        self.max_seq_len = max_seq_len

    def add_request(self, prefilled, id):
        if self.rows[id] is not None:
            raise ValueError(f"row {id} is taken")
        self.rows[id] = prefilled

    def remove_request(self, id):
        self.rows[id] = None

    def update_and_fetch(self, keys, values, mask_length=None, mask=None):
        B, H, L, D = keys.shape
        fetched = []
        for b, row in enumerate(self.rows):
            cache = TinyKvFullCache() if row is None else row
            k, v, length, _ = cache.update_and_fetch(keys[b : b + 1], values[b : b + 1])
            if length > self.max_seq_len:
                raise ValueError(f"{length} tokens, max_seq_len is {self.max_seq_len}")
            fetched.append((k[0], v[0], length))
        S = max(length for _, _, length in fetched)
        all_keys, all_values = mx.zeros((B, H, S, D), keys.dtype), mx.zeros((B, H, S, D), keys.dtype)
        masks = mx.full((B, 1, L, S), -mx.inf, keys.dtype)
        for b, (k, v, length) in enumerate(fetched):
            all_keys[b, :, S - length :] = k
            all_values[b, :, S - length :] = v
            masks[b, 0, :, S - length :] = mx.triu(mx.full((L, length), -mx.inf), k=length - L + 1)
        return all_keys, all_values, S, masks
''',
}
