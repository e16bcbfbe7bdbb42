"""The tied head multiplies with the weight as it is."""

FAILS = ["1.5.2 embedding-as-linear"]
HINTS = {
    "1.5.2 embedding-as-linear": "as_linear used weight as [in",
}
CHANGES = [
    (
        "embedding.py",
        "return linear(x, self.weight)",
        "return x @ self.weight",
    ),
]
