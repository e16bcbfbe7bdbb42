"""The sampler puts -inf into a copy through argpartition and put_along_axis."""

APPEND = {
    "sampler.py": '''def make_sampler(temp, top_p=None, top_k=None):

    def sample(logprobs):
        if temp == 0:
            return mx.argmax(logprobs, axis=-1)
        logprobs = mx.array(logprobs)
        if top_k is not None and top_k > 0:
            cut = mx.argpartition(-logprobs, kth=top_k - 1, axis=-1)[:, top_k:]
            logprobs = mx.put_along_axis(logprobs, cut, mx.array(-float("inf"), logprobs.dtype), axis=-1)
            logprobs = logprobs - mx.logsumexp(logprobs, axis=-1, keepdims=True)
        if top_p is not None and top_p > 0:
            order = mx.argsort(-logprobs, axis=-1)
            ranked = mx.take_along_axis(logprobs, order, axis=-1)
            total = mx.cumsum(mx.exp(ranked), axis=-1)
            keep = total - mx.exp(ranked) < top_p
            ranked = mx.where(keep, ranked, -float("inf"))
            logprobs = mx.put_along_axis(logprobs, order, ranked, axis=-1)
        return mx.random.categorical(logprobs / temp, axis=-1)

    return sample
''',
}
