"""Multi-head attention joins the heads with a package that is not installed."""

FAILS = [
    "1.1.2 multi-head-values",
    "1.1.2 multi-head-mask",
    "1.1.2 multi-head-mask-broadcast",
    "1.1.2 inputs-unchanged",
]
CHANGES = [
    (
        "attention.py",
        "return linear(heads.swapaxes(-2, -3).flatten(-2, -1), self.wo)",
        """\
import einops

        return linear(einops.rearrange(heads, "b h l d -> b l (h d)"), self.wo)""",
    ),
]
