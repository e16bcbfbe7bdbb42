"""The embedding takes the row before the right one."""

FAILS = ["1.5.2 embedding-rows"]
CHANGES = [
    (
        "embedding.py",
        "self.weight[ids]",
        "self.weight[ids - 1]",
    ),
]
