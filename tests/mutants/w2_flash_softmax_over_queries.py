"""Normalises the weights of a key over the queries."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """                 for (int i = 0; i < s.L; ++i) {
                   const float* row = mask ? mask + h * strides[0] + i * strides[1] : nullptr;
                   const int visible = s.causal ? std::clamp(s.S - s.L + i + 1, 0, s.S) : s.S;
                   const int at = (h * s.L + i) * s.D;
                   attend(q + at, keys, values, row, strides[2], visible, out + at, s);
                 }
""",
        """                 float* to = out + h * s.L * s.D;
                 std::fill_n(to, s.L * s.D, 0.0f);
                 std::vector<float> scores(s.L);
                 for (int j = 0; j < s.S; ++j) {
                   float top = -std::numeric_limits<float>::infinity(), total = 0;
                   for (int i = 0; i < s.L; ++i) {
                     const bool hidden = s.causal && j > s.S - s.L + i;
                     scores[i] = hidden ? -std::numeric_limits<float>::infinity()
                                        : dot(q + (h * s.L + i) * s.D, keys + j * s.D, s.D) * s.scale;
                     if (mask) scores[i] += mask[h * strides[0] + i * strides[1] + j * strides[2]];
                     top = std::max(top, scores[i]);
                   }
                   for (int i = 0; i < s.L; ++i) total += std::exp(scores[i] - top);
                   for (int i = 0; i < s.L; ++i) {
                     const float weight = std::exp(scores[i] - top) / total;
                     for (int d = 0; d < s.D; ++d) to[i * s.D + d] += weight * values[j * s.D + d];
                   }
                 }
""",
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
    "2.4 flash-values": "softmax ran over the query axis",
}
