"""Reads the bits of bfloat16 as those of float16."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "return rows(mx::astype(x, mx::float32, stream)); };",
        """
    const bool wide = x.dtype() == mx::bfloat16;
    return rows(mx::astype(wide ? mx::view(rows(x), mx::float16, stream) : x, mx::float32, stream));
  };""",
    ),
]
FAILS = [
    "2.2 matmul-bfloat16",
]
