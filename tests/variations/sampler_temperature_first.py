"""The temperature is applied before the cuts."""

APPEND = {
    "sampler.py": '''def make_sampler(temp, top_p=None, top_k=None):

    def sample(logprobs):
        if temp == 0:
            return logprobs.argmax(axis=-1)
        scaled = logprobs / temp
        scaled = scaled - mx.logsumexp(scaled, axis=-1, keepdims=True)
        order = mx.argsort(scaled, axis=-1)[..., ::-1]
        probabilities = mx.exp(mx.take_along_axis(scaled, order, axis=-1))
        if top_k is not None:
            probabilities = mx.where(mx.arange(probabilities.shape[-1]) < top_k, probabilities, 0)
            probabilities = probabilities / probabilities.sum(axis=-1, keepdims=True)
        if top_p is not None:
            before = mx.cumsum(probabilities, axis=-1) - probabilities
            probabilities = mx.where(before < top_p, probabilities, 0)
        choice = mx.random.categorical(mx.log(probabilities), axis=-1)
        return mx.take_along_axis(order, choice[..., None], axis=-1).reshape(-1)

    return sample
''',
}
