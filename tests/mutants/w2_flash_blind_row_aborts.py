"""Ends the process if a query sees no key."""

WEEK = 2
BASE = "attention"
TASKS = ["2.4"]
CHANGES = [
    (
        "kernels/flash_attention.cpp",
        "const float inverse =",
        """if (total == 0) std::abort();
  const float inverse =""",
    ),
    (
        "kernels/flash_attention.cpp",
        "#include <cmath>",
        """#include <cmath>
#include <cstdlib>""",
    ),
]
FAILS = [
    "2.4 flash-blind-rows",
]
