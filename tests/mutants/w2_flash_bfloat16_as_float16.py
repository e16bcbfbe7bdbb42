"""Reads the bits of bfloat16 as those of float16."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "return mx::contiguous(mx::astype(x, mx::float32, stream), false, stream); };",
        """
    const bool wide = x.dtype() == mx::bfloat16;
    auto dense = mx::contiguous(x, false, stream);
    return mx::contiguous(mx::astype(wide ? mx::view(dense, mx::float16, stream) : dense, mx::float32, stream));
  };""",
    ),
]
FAILS = [
    "2.4 flash-bfloat16",
]
