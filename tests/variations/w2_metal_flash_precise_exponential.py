"""The exponential is the precise one."""

WEEK = 2
TASKS = [
    "2.5",
]
CHANGES = [
    (
        "kernels/flash_attention.metal",
        "    const float weight = nothing ? 0.0f : exp(score - largest), shrink = nothing ? 1.0f : exp(before - largest);",
        """    const float weight = nothing ? 0.0f : precise::exp(score - largest);
    const float shrink = nothing ? 1.0f : precise::exp(before - largest);""",
    ),
]
