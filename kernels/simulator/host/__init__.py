"""The host side of the simulated GPU: C++ that stands in for MLX's Metal backend, and its Python handles."""
