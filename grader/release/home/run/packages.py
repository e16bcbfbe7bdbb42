"""The packages that a verdict on public cases may depend on, besides the grader itself."""

from __future__ import annotations

PACKAGES = ("mlx", "numpy")
