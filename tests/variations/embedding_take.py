"""The embedding is mx.take, and the head goes through linear()."""

APPEND = {
    "embedding.py": '''class Embedding:
    def __init__(self, vocab_size, embedding_dim, weight):
        self.vocab_size, self.embedding_dim, self.weight = vocab_size, embedding_dim, weight

    def __call__(self, x):
        return mx.take(self.weight, x, axis=0)

    def as_linear(self, x):
        return linear(x, self.weight, None)
''',
}
