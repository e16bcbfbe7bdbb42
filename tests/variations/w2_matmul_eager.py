"""Has no node in the graph: computes when it is called."""

WEEK = 2
BASE = "matmul"
TASKS = ["2.2"]
CHANGES = [
    (
        "kernels/quantized_matmul.cpp",
        """  auto node = std::make_shared<QuantizedMatmul>(stream, group_size, transpose_b);
  auto out = mx::array(shape, mx::float32, node, {floats(a), rows(b), floats(scales), floats(biases)});
""",
        """  std::vector<mx::array> ready{floats(a), rows(b), floats(scales), floats(biases)};
  mx::eval(ready);
  const int K = a.shape(-1);
  const Sizes sizes{K == 0 ? 0 : static_cast<int>(a.size() / K), shape.back(), K, group_size};
  std::vector<float> product(static_cast<size_t>(sizes.M) * sizes.N);
  (transpose_b ? multiply_transposed : multiply)(ready[0].data<float>(), ready[1].data<uint32_t>(),
                                                 ready[2].data<float>(), ready[3].data<float>(), product.data(),
                                                 sizes);
  auto out = mx::array(product.data(), shape, mx::float32);
""",
    ),
]
