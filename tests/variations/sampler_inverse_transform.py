"""The sampler draws a uniform number and looks it up in the cumulative sum, for one row only."""

APPEND = {
    "sampler.py": '''def make_sampler(temp, top_p=None, top_k=None):

    def sample(logprobs):
        if temp == 0:
            return mx.argmax(logprobs, axis=-1)
        p = mx.softmax(logprobs[0].astype(mx.float32), axis=-1)
        order = mx.argsort(-p)
        p = p[order]
        if top_k is not None:
            p = p[:top_k] / p[:top_k].sum()
        if top_p is not None:
            count = max(1, int((mx.cumsum(p) - p < top_p).sum().item()))
            p = p[:count]
        p = p ** (1 / temp)
        total = mx.cumsum(p / p.sum())
        place = mx.minimum((total < mx.random.uniform()).sum(), p.shape[0] - 1)
        return order[place][None]

    return sample
''',
}
