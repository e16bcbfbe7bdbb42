"""Every piece of a prompt is fed at offset 0."""

WEEK = 2
FAILS = [
    "2.7 feeds",
    "2.7 logits",
    "2.7 whole-model",
]
HINTS = {
    "2.7 feeds": "the offset of a request grows",
}
CHANGES = [
    (
        "batch.py",
        "logits = self.model(mx.array([piece]), self.offset, self.cache)",
        "logits = self.model(mx.array([piece]), 0, self.cache)",
    ),
]
