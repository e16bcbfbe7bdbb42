"""Texts carry the indices in reverse."""

WEEK = 2
FAILS = [
    "2.7 texts",
    "2.7 whole-model",
]
HINTS = {
    "2.7 texts": "that is the text of prompt",
}
CHANGES = [
    (
        "batch.py",
        "return [(request.prompt_idx, request.text()) for request in requests]",
        "return [(request.prompt_idx, other.text()) for request, other in zip(requests, requests[::-1], strict=True)]",
    ),
]
