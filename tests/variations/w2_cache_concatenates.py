"""A cache joins old and new arrays at every step and counts in an attribute."""

WEEK = 2
APPEND = {
    "kv_cache.py": '''class TinyKvFullCache:
    """Keys and values of all tokens."""

    def __init__(self):
        self.key_values, self.offset = None, 0

    def update_and_fetch(self, key, value, mask_length=None, mask=None):
        if self.key_values is not None:
            key = mx.concatenate([self.key_values[0], key], axis=-2)
            value = mx.concatenate([self.key_values[1], value], axis=-2)
        self.key_values, self.offset = (key, value), key.shape[-2]
        return key, value, self.offset, mask
''',
}
