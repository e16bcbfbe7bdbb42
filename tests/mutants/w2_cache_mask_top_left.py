"""The causal mask is aligned at the top left."""

WEEK = 2
FAILS = [
    "2.1 decode",
    "2.1 prefill-in-parts",
    "2.1 own-head",
    "2.1 settings",
    "2.1 half-precision",
    "2.1 caches-apart",
    "2.1 bfloat16",
    "2.1 flash",
    "2.1 equal-rows",
    "2.1 whole-model",
]
HINTS = {
    "2.1 decode": "the causal mask is aligned at the top left",
}
CHANGES = [
    (
        "qwen2_week2.py",
        "out = self.attend(q, k, v, mask=mask)",
        """\
if isinstance(mask, str):
            mask = mx.where(mx.arange(L)[:, None] >= mx.arange(k.shape[2]), 0.0, -mx.inf).astype(q.dtype)
        out = self.attend(q, k, v, mask=mask)""",
    ),
]
