"""The model keeps the tokens in place of keys and values and computes all of them at every step."""

WEEK = 2
TASKS = ["2.1"]
FAILS = [
    "2.1 growth",
]
APPEND = {
    "qwen2_week2.py": """

_Model = Qwen2ModelWeek2


class Qwen2ModelWeek2(_Model):
    def __call__(self, inputs, offset, cache):
        past = getattr(cache[0], "ids", None)
        ids = inputs if past is None else mx.concatenate([past, inputs], axis=1)
        cache[0].ids = ids
        fresh = [type(layer)() for layer in cache]
        return super().__call__(ids, 0, fresh)[:, -inputs.shape[1] :]
""",
}
