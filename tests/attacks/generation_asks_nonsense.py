"""Asks the grader for what does not exist, with wrong arguments, names of the grader's own variables, and impossible arrays."""

APPEND = {
    "generate.py": '''
import mlx.core as mx

QUESTIONS = [
    lambda m, t, s: m._ask("model", "", (mx.array([[1]]),), {"self": 1}),
    lambda m, t, s: m._ask("model", "__class__", (), {}),
    lambda m, t, s: s(),
    lambda m, t, s: s(mx.zeros((1, 41)), chosen=[], script="x", seen=5, bench=None),
    lambda m, t, s: s(mx.zeros((1, 41), mx.bool_)),
    lambda m, t, s: s(mx.full((1, 41), mx.nan, mx.complex64)),
    lambda m, t, s: m(mx.zeros((1, 0), mx.int32)),
    lambda m, t, s: m(mx.zeros((0, 1), mx.int32)),
    lambda m, t, s: m(mx.full((1, 3), -(2**31), mx.int32)),
    lambda m, t, s: m(mx.full((1, 3), 2**64 - 1, mx.uint64)),
    lambda m, t, s: m(mx.zeros((1, 3), mx.bool_)),
    lambda m, t, s: m("A" * 900_000),
    lambda m, t, s: m("\\x00" * 900_000),
    lambda m, t, s: m({"a": [1, 2]}),
    lambda m, t, s: m(None, None),
    lambda m, t, s: m(),
    lambda m, t, s: t._ask("tokenizer", "", (5, 6, 7), {"method": 3}),
    lambda m, t, s: m._ask("nothing", "", (), {}),
]


def simple_generate(model, tokenizer, prompt, sampler=None):
    ids = tokenizer.encode(prompt)
    while True:
        for number, question in enumerate(QUESTIONS):
            try:
                question(model, tokenizer, sampler or model)
            except Exception:
                continue
''',
}
