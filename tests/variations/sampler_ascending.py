"""Top-p sorts in ascending order and compares the sum with 1 - top_p."""

APPEND = {
    "sampler.py": '''def make_sampler(temp, top_p=None, top_k=None):

    def sample(logprobs):
        if temp == 0:
            return mx.argmax(logprobs, axis=-1)
        if top_k:
            kth = mx.sort(logprobs, axis=-1)[:, -top_k][:, None]
            logprobs = mx.where(logprobs < kth, -mx.inf, logprobs)  # ties stay
        if top_p is not None and top_p < 1.0:
            probabilities = mx.softmax(logprobs, axis=-1)
            order = mx.argsort(probabilities, axis=-1)
            ranked = mx.take_along_axis(probabilities, order, axis=-1)
            kept = mx.where(mx.cumsum(ranked, axis=-1) > 1 - top_p, ranked, 0.0)
            choice = mx.random.categorical(mx.log(kept) / temp)
            return mx.take_along_axis(order, choice[:, None], axis=-1).squeeze(1)
        return mx.random.categorical(logprobs / temp)

    return sample
''',
}
