"""Gives the sampler log-probabilities that are complex numbers and NaN."""

APPEND = {
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    tokenizer.encode(prompt)
    (sampler or model)(mx.full((1, 41), mx.nan, mx.complex64)) if sampler else model(mx.array([[1]]))
'''
}
