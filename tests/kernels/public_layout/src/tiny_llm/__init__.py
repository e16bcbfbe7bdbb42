"""A package in the public course's layout; its kernels lie beside it, in src/extensions."""
