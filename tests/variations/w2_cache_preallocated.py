"""A cache writes into arrays of a fixed length."""

WEEK = 2
APPEND = {
    "kv_cache.py": '''class TinyKvFullCache:
    """Room for 512 tokens."""

    def __init__(self):
        self.keys, self.values, self.offset = None, None, 0

    @property
    def key_values(self):
        if self.keys is None:
            return None
        return self.keys[:, :, : self.offset], self.values[:, :, : self.offset]

    def update_and_fetch(self, key, value, mask_length=None, mask=None):
        if self.keys is None:
            B, H, _, D = key.shape
            self.keys, self.values = (mx.zeros((B, H, 512, D), key.dtype) for _ in range(2))
        end = self.offset + key.shape[2]
        self.keys[:, :, self.offset : end] = key
        self.values[:, :, self.offset : end] = value
        self.offset = end
        return *self.key_values, end, mask
''',
}
