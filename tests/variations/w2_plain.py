"""Both kernels as a plain student writes them, and the reference around them."""

WEEK = 2
BASE = "matmul+attention"
TASKS = ["2.1", "2.2", "2.4", "2.6", "2.7"]  # its kernels are for the CPU
