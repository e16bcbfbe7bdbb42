"""A scale that is given is multiplied with the default."""

FAILS = ["1.1.1 attention-scale"]
HINTS = {
    "1.1.1 attention-scale": "scale was multiplied with D ** -0.5",
    "1.3.1 grouped-scale": "scale was multiplied with D ** -0.5",
}
CHANGES = [
    (
        "attention.py",
        """\
    if scale is None:  # not `scale or ...`: a scale of 0 is a scale
        scale = query.shape[-1] ** -0.5
""",
        """\
    scale = (1.0 if scale is None else scale) * query.shape[-1] ** -0.5
""",
    ),
]
