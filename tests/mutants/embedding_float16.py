"""The embedding keeps its weight in float16."""

FAILS = ["1.5.2 embedding-rows"]
CHANGES = [
    (
        "embedding.py",
        "return self.weight[ids]",
        "return self.weight.astype(mx.float16)[ids].astype(self.weight.dtype)",
    ),
]
