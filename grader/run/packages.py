"""The packages that a verdict may depend on, besides the grader itself."""

from __future__ import annotations

PACKAGES = ("mlx", "numpy", "torch", "transformers")
