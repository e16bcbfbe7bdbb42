"""Both kernels as a plain student writes them, and the reference around them."""

WEEK = 2
BASE = "matmul+attention"
