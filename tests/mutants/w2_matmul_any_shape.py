"""Takes an a of any width."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        """  if (a.shape(-1) != inner) invalid("quantized_matmul: a ", a.shape(), " must have ", inner, " columns");
""",
        "",
    ),
    (
        "kernels/quantized_matmul.cpp",
        """  const int inner = transpose_b ? b.shape(1) * 8 : b.shape(0);
""",
        "",
    ),
]
FAILS = [
    "2.2 rejects-shapes",
]
