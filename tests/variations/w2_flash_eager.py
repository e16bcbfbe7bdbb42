"""Has no node in the graph: computes when it is called."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """  auto node = std::make_shared<FlashAttention>(stream, scale, causal);
  return mx::astype(mx::array(query.shape(), mx::float32, node, inputs), query.dtype(), stream);
""",
        """  mx::eval(inputs);
  const int L = query.shape(-2), S = key.shape(-2), D = query.shape(-1), group = query.shape(-3) / key.shape(-3);
  const Sizes sizes{static_cast<int>(query.size() / (L * D)), group, L, S, D, scale, causal};
  std::vector<float> out(query.size());
  for (int h = 0; h < sizes.heads; ++h) {
    const float* keys = inputs[1].data<float>() + (h / group) * S * D;
    const float* values = inputs[2].data<float>() + (h / group) * S * D;
    for (int i = 0; i < L; ++i) {
      const int at = (h * L + i) * D;
      const int visible = causal ? std::clamp(S - L + i + 1, 0, S) : S;
      const float* row = nullptr;
      int64_t step = 0;
      if (mask) {
        const auto& strides = inputs[3].strides();
        row = inputs[3].data<float>() + h * strides[0] + i * strides[1];
        step = strides[2];
      }
      attend(inputs[0].data<float>() + at, keys, values, row, step, visible, out.data() + at, sizes);
    }
  }
  return mx::astype(mx::array(out.data(), query.shape(), mx::float32), query.dtype(), stream);
""",
    ),
]
