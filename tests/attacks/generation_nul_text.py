"""Calls the model with a text of NULs, which is four times as long when it is quoted."""

APPEND = {
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    tokenizer.encode(prompt)
    model("\\0" * 900_000)
'''
}
