"""Gives each of two threads half of the heads."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        """             [s, mask, strides, q = q.data<float>(), k = k.data<float>(), v = inputs[2].data<float>(),
              out = out.data<float>()] {
               for (int h = 0; h < s.heads; ++h) {""",
        """             [s, mask, strides, q = q.data<float>(), k = k.data<float>(), v = inputs[2].data<float>(),
              out = out.data<float>()] {
               auto part = [&](int first, int last) {
               for (int h = first; h < last; ++h) {""",
    ),
    (
        "kernels/flash_attention.cpp",
        """                   attend(q + at, keys, values, row, strides[2], visible, out + at, s);
                 }
               }
""",
        """                   attend(q + at, keys, values, row, strides[2], visible, out + at, s);
                 }
               }
               };
               std::thread other(part, 0, s.heads / 2);
               part(s.heads / 2, s.heads);
               other.join();
""",
    ),
    (
        "kernels/flash_attention.cpp",
        "#include <vector>",
        """#include <thread>
#include <vector>""",
    ),
]
