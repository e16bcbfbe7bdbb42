"""A student in the middle of Week 1: two bugs that hide from easy inputs, two tasks not begun."""

# Read by `python -m grader.validation.build`; the form is that of tests/mutants.

CHANGES = [
    # KV heads are tiled, not repeated: right with one KV head, and with as many as query heads
    (
        "attention.py",
        """        mx.unflatten(query, -3, groups),  # [..., H, H_q // H, L, D]
        mx.expand_dims(key, -3),  # [..., H, 1, S, D]
        mx.expand_dims(value, -3),
        scale=scale,
        mask=mask,
    )
    return out.flatten(-4, -3)
""",
        """        query,
        mx.concatenate([key] * groups[1], axis=-3),
        mx.concatenate([value] * groups[1], axis=-3),
        scale=scale,
        mask=mask.flatten(-4, -3) if mask is not None and mask.ndim > 2 else mask,
    )
    return out
""",
    ),
    # eps stands outside the root: visible only for inputs near 1e-3
    (
        "layer_norm.py",
        "wide * mx.rsqrt(mean_square + self.eps)",
        "wide / (mx.sqrt(mean_square) + self.eps)",
    ),
]
APPEND = {
    "sampler.py": """
def make_sampler(temp, top_p=None, top_k=None):
    raise NotImplementedError("task 1.7: implement make_sampler")
""",
    "generate.py": """
def simple_generate(model, tokenizer, prompt, sampler=None):
    raise NotImplementedError("task 1.6: implement simple_generate")
""",
}
