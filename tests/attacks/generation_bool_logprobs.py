"""Gives the sampler log-probabilities that are booleans, complex or of no rows."""

APPEND = {
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    tokenizer.encode(prompt)
    (sampler or model)(mx.zeros((1, 41), mx.bool_)) if sampler else model(mx.array([[1]]))
'''
}
