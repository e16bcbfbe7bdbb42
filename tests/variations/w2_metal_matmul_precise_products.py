"""Each weight is unpacked before it is multiplied."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """      dot += x * weight_of(word, j);
      sum += x;""",
        """      const uint at = (first + k) / sizes.group_size;
      dot += x * fma(static_cast<float>(scales[at]), weight_of(word, j), static_cast<float>(biases[at]));
      sum += x;""",
    ),
    (
        "kernels/quantized_matmul.metal",
        """    const uint group = (first + k) / sizes.group_size;
    total += static_cast<float>(scales[group]) * dot + static_cast<float>(biases[group]) * sum;""",
        "    total += dot + 0 * sum;",
    ),
]
