"""Where the project keeps what it ships."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The project's root: the folder that holds grader/, reference/, student/ and models/."""

MODELS = ROOT / "models"
"""Checkpoint folders that a worker may read; answers never lie in one of them."""

KERNELS = ROOT / "kernels"
"""The toolchain that builds C++ kernels."""

COMPILED = ROOT / "compiled"
"""The reference's kernels, where a student's package has them without source; the file that says for which platform."""

COMPILED_ABOUT = "about.json"

PUBLIC_MODELS = ("qwen2-tiny-4bit", "qwen2-tiny-float", "qwen2-untied-random")


def builds() -> Path:
    """Return the folder in which built kernels are kept for all runs of this user: `GRADER_CACHE`, or the usual one."""
    chosen = os.environ.get("GRADER_CACHE")
    if chosen:
        return Path(chosen) / "builds"
    place = os.environ.get("XDG_CACHE_HOME")
    return (Path(place) if place else Path.home() / ".cache") / "grader" / "builds"


def reference() -> Path:
    """Return where the solution lies against which speed is measured: `GRADER_REFERENCE`, or the project's own."""
    chosen = os.environ.get("GRADER_REFERENCE")
    return Path(chosen) if chosen else ROOT / "reference"
