"""After top_k the probabilities are not normalised again."""

FAILS = ["1.7 both-cuts"]
HINTS = {
    "1.7 both-cuts": "after top_k the probabilities are not normalised again",
}
CHANGES = [
    (
        "sampler.py",
        "probs = softmax(ranked, axis=-1)",
        "probs = mx.exp(ranked)",
    ),
]
