"""Calls the model without end, and swallows whatever is raised to stop it."""

KINDS = {"1.6 feeds-whole-sequence": "timeout"}
APPEND = {
    "generate.py": '''
import mlx.core as mx


def simple_generate(model, tokenizer, prompt, sampler=None):
    ids = tokenizer.encode(prompt)
    while True:
        try:
            model(mx.array([ids]))
        except BaseException:
            pass
''',
}
