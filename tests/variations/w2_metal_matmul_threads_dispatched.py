"""The host counts threads, not threadgroups."""

WEEK = 2
TASKS = [
    "2.3",
]
CHANGES = [
    (
        "kernels/quantized_matmul_metal.h",
        """    encoder.dispatch_threadgroups(MTL::Size(mx::ceildiv(N, columns), mx::ceildiv(M, rows), 1),
                                  MTL::Size(threads, 1, 1));""",
        """    encoder.dispatch_threads(MTL::Size(mx::ceildiv(N, columns) * threads, mx::ceildiv(M, rows), 1),
                             MTL::Size(threads, 1, 1));""",
    ),
]
