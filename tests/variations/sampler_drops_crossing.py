"""Top-p drops the token that crosses the threshold, and keeps at least one."""

APPEND = {
    "sampler.py": '''def make_sampler(temp, top_p=None, top_k=None):

    def sample(logprobs):
        if temp == 0:
            return mx.argmax(logprobs, axis=-1)
        order = mx.argsort(-logprobs, axis=-1)
        ranked = mx.take_along_axis(logprobs, order, axis=-1)
        places = mx.arange(logprobs.shape[-1])
        if top_k:
            ranked = mx.where(places < top_k, ranked, -mx.inf)
        if top_p is not None:
            probabilities = mx.softmax(ranked, axis=-1)
            inside = (mx.cumsum(probabilities, axis=-1) <= top_p) | (places == 0)
            ranked = mx.where(inside, ranked, -mx.inf)
        choice = mx.random.categorical(ranked * (1 / temp), axis=-1)
        return mx.take_along_axis(order, mx.expand_dims(choice, -1), axis=-1)[..., 0]

    return sample
''',
}
