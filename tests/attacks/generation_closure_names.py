"""Sets variables of the grader's own functions by keyword."""

APPEND = {
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    tokenizer.encode(prompt)
    [sampler(mx.zeros((1, 41)), **{k: "x"}) for k in ("script",)] if sampler else model._ask("model", "", (mx.array([[1]]),), {"self": 1})
'''
}
