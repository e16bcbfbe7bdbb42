"""One file has a syntax error; those that import it fail with it."""

FAILS = [
    "1.4.1 norm-values",
    "1.4.1 norm-eps",
    "1.4.1 norm-float32-inside",
    "1.4.1 norm-default-eps",
    "1.4.1 norm-no-leading-axis",
    "1.4.1 inputs-unchanged",
    "1.4.1 dtype",
    "1.3.3 attention-values",
    "1.3.3 attention-mask",
    "1.3.3 attention-theta",
    "1.3.3 attention-overflow",
    "1.3.3 attention-small",
    "1.3.3 inputs-unchanged",
    "1.3.3 dtype",
    "1.4.2 mlp-values",
    "1.4.2 inputs-unchanged",
    "1.4.2 dtype",
]
APPEND = {
    "layer_norm.py": """\
def broken(:
""",
}
