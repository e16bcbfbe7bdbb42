"""The scores are scaled by hidden_size ** -0.5."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
]
HINTS = {
    "1.1.2 multi-head-values": "the scores were scaled by hidden_size ** -0.5",
}
CHANGES = [
    (
        "attention.py",
        "(q, k, v, mask=mask)",
        "(q, k, v, scale=query.shape[-1] ** -0.5, mask=mask)",
    ),
]
