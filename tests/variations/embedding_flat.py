"""The embedding picks rows of flattened ids; the head is a matmul with a kept transpose."""

APPEND = {
    "embedding.py": '''class Embedding:
    def __init__(self, vocab_size, embedding_dim, weight):
        self.table = weight
        self.transposed = mx.transpose(weight)

    def __call__(self, ids):
        return self.table[ids.reshape(-1), :].reshape(*ids.shape, -1)

    def as_linear(self, x):
        return mx.matmul(x, self.transposed)
''',
}
