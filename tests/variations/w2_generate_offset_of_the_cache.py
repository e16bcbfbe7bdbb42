"""The loop asks the cache how many tokens it holds."""

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
    "generate.py": """def simple_generate_with_kv_cache(model, tokenizer, prompt):
    cache = [TinyKvFullCache() for _ in range(model.num_hidden_layers)]
    detokenizer = tokenizer.detokenizer
    detokenizer.reset()
    tokens = mx.array(tokenizer.encode(prompt))
    while True:
        logits = model(tokens[None], cache[0].offset, cache)
        tokens = mx.argmax(logits[0, -1:], axis=-1)
        if tokens.item() in tokenizer.eos_token_ids:
            return detokenizer.text
        detokenizer.add_token(tokens.item())
        print(detokenizer.last_segment, end="", flush=True)
""",
}
