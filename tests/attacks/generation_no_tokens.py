"""Calls the model with an array of no tokens."""

APPEND = {
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    tokenizer.encode(prompt)
    model(mx.zeros((1, 0), mx.int32))
'''
}
