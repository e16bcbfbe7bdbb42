"""Takes the scores themselves for weights."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "std::exp(scores[j] - higher)",
        "scores[j]",
    ),
    (
        "kernels/flash_attention.cpp",
        "const float factor = std::exp(top - higher);",
        "const float factor = 1;",
    ),
    (
        "kernels/flash_attention.cpp",
        "out[d] = acc[d] * inverse;",
        "out[d] = acc[d];",
    ),
    (
        "kernels/flash_attention.cpp",
        """  const float inverse = total == 0 ? 0 : 1 / total;
""",
        "",
    ),
]
FAILS = [
    "2.4 flash-values",
    "2.4 flash-grouped",
    "2.4 flash-lengths",
    "2.4 flash-rising-scores",
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-scale",
    "2.4 flash-large-scores",
    "2.4 flash-sums",
    "2.4 flash-causal",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
    "2.4 flash-scale-zero",
    "2.4 flash-leading-axes",
    "2.4 flash-head-dims",
    "2.4 flash-bfloat16",
    "2.4 flash-strided",
]
HINTS = {
    "2.4 flash-values": "the scores were multiplied with value without softmax",
}
