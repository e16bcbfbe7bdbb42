"""The embedding crashes the process: its task fails with a crash, what stands on it is skipped, the rest keeps its points."""

FAILS = ["1.5.2 embedding-rows", "1.5.2 embedding-as-linear"]
APPEND = {
    "embedding.py": '''
import ctypes


class Embedding:
    def __init__(self, vocab_size, embedding_dim, weight):
        ctypes.string_at(0)
'''
}
