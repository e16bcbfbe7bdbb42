"""Token embedding: a table with one row per token of the vocabulary.

Knows nothing about tokens beyond their ids.
"""

import mlx.core as mx


class Embedding:
    """Look up the rows of ids; used the other way round, score a vector against every row."""

    def __init__(self, vocab_size: int, embedding_dim: int, weight: mx.array):
        """Keep the table.

        Args:
            vocab_size: `V`, the number of rows.
            embedding_dim: `E`, the length of a row.
            weight: `[V, E]`.

        Raises:
            ValueError: The weight is not `[V, E]`.
        """
        raise NotImplementedError("task 1.5.2: implement Embedding.__init__")

    def __call__(self, ids: mx.array) -> mx.array:
        """Return the rows of `ids`: `[...]` integers to `[..., E]`."""
        raise NotImplementedError("task 1.5.2: implement Embedding.__call__")

    def as_linear(self, x: mx.array) -> mx.array:
        """Return the logits of a tied head: `[..., E]` to `[..., V]`."""
        raise NotImplementedError("task 1.5.2: implement Embedding.as_linear")
