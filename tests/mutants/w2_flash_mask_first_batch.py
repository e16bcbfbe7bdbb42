"""Uses the masks of the first batch for every batch."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "mask + h * strides[0] + i",
        "mask + h % heads * strides[0] + i",
    ),
    (
        "kernels/flash_attention.cpp",
        "[s, mask, strides,",
        "[s, mask, strides, heads = q.shape(-3),",
    ),
]
FAILS = [
    "2.4 flash-mask",
    "2.4 flash-hidden-keys",
    "2.4 flash-mask-broadcast",
    "2.4 flash-blind-rows",
]
HINTS = {
    "2.4 flash-mask": "every row of the batch used the masks of the first row",
}
