"""Calls the stand-ins from several threads at once, one inside the other, and after the call has ended."""

APPEND = {
    "generate.py": '''
import threading
import time

import mlx.core as mx


def call_later(model, ids):
    time.sleep(0.002)
    while True:
        model(mx.array([ids]))


def simple_generate(model, tokenizer, prompt, sampler=None):
    ids = tokenizer.encode(prompt)
    threads = [threading.Thread(target=call_later, args=(model, ids), daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    model(mx.array([[tokenizer.encode(str(i))[0] for i in range(20)]]))
    return ids


def make_sampler(*args):
    return simple_generate
''',
}
