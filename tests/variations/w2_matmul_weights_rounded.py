"""Rounds the unpacked numbers to half precision, as a dense matrix of that dtype would hold them."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        "struct Sizes",
        """// What the unpacked numbers are rounded to: set when the product is asked for.
mx::Dtype rounded_to = mx::float32;

float rounded(float x) {
  if (rounded_to == mx::float16) return static_cast<float>(static_cast<mx::float16_t>(x));
  if (rounded_to == mx::bfloat16) return static_cast<float>(static_cast<mx::bfloat16_t>(x));
  return x;
}

struct Sizes""",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "row[i + j] = scale * static_cast<float>(q) + bias;",
        "row[i + j] = rounded(rounded(scale * static_cast<float>(q)) + bias);",
    ),
    (
        "kernels/quantized_matmul.cpp",
        "  auto node =",
        """  rounded_to = a.dtype();
  auto node =""",
    ),
]
