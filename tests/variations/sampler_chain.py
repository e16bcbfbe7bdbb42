"""The sampler is a chain of small functions, each with defaults, and splits keys of its own."""

APPEND = {
    "sampler.py": '''from functools import partial


def _apply_top_k(logprobs, k):
    order = mx.argsort(mx.argsort(-logprobs, axis=-1), axis=-1)  # the rank of every token
    return mx.where(order < k, logprobs, mx.array(-mx.inf, logprobs.dtype))


def _apply_top_p(logprobs, p):
    probabilities = mx.softmax(logprobs, axis=-1)
    larger = (probabilities[:, None, :] > probabilities[:, :, None]).astype(mx.float32)
    before = (larger * probabilities[:, None, :]).sum(axis=-1)  # the sum of all that are more likely
    return mx.where(before < p, logprobs, -mx.inf)


def make_sampler(temp=0.0, top_p=None, top_k=None, seed=0):
    if temp == 0:
        return partial(mx.argmax, axis=-1)
    keys = [mx.random.key(seed)]
    steps = []
    if top_k:
        steps.append(partial(_apply_top_k, k=top_k))
    if top_p:
        steps.append(partial(_apply_top_p, p=top_p))

    def sample(logprobs):
        for step in steps:
            logprobs = step(logprobs)
        keys[0], key = mx.random.split(keys[0])
        return mx.random.categorical(logprobs / temp, axis=-1, key=key)

    return sample
''',
}
