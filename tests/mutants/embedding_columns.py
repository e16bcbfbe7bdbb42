"""The embedding takes columns."""

FAILS = ["1.5.2 embedding-rows"]
CHANGES = [
    (
        "embedding.py",
        "self.weight[ids]",
        "self.weight[:, ids]",
    ),
]
