"""The barrier orders buffers and threadgroup memory."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul.metal",
        """totals[i][j], rows[i], columns[j], totals[i][j]);
      }
    }
    threadgroup_barrier(mem_flags::mem_threadgroup);""",
        """totals[i][j], rows[i], columns[j], totals[i][j]);
      }
    }
    threadgroup_barrier(mem_flags::mem_threadgroup | mem_flags::mem_device);""",
    ),
]
