"""Every row of a batch costs as much as a step of its own."""

WEEK = 2
TASKS = ["2.7"]
FAILS = [
    "2.7 throughput",
]
APPEND = {
    "batch.py": """

_chosen = _choose


def _choose(logits):
    for _ in range(logits.shape[0]):
        sum(range(200_000))
    return _chosen(logits)
""",
}
