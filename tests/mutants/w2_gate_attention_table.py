"""flash_attention fills a table of queries times keys for every head."""

WEEK = 2
TASKS = ["2.4"]
FAILS = [
    "2.4 memory",
]
APPEND = {
    "attention.py": """

_without = flash_attention


def flash_attention(query, key, value, scale=None, mask=None):
    if query.shape[-2] * key.shape[-2] > 1 << 20:
        table = mx.ones((*query.shape[:-1], key.shape[-2]))
        mx.eval(table)
    return _without(query, key, value, scale, mask)
""",
}
