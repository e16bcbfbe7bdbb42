"""Returns float32 whatever the query is."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "return mx::astype(mx::array(query.shape(), mx::float32, node, inputs), query.dtype(), stream);",
        "return mx::array(query.shape(), mx::float32, node, inputs);",
    ),
]
FAILS = [
    "2.4 dtype",
]
