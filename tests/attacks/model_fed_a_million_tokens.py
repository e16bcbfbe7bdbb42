"""Feeds the grader's stand-in model a million tokens at once, so that it is the grader that needs the memory."""

APPEND = {
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    tokenizer.encode(prompt)
    model(mx.zeros((1, 1_000_000), mx.uint8))
'''
}
