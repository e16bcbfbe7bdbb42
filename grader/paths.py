"""Where the project keeps what it ships."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The project's root: the folder that holds grader/, reference/, student/ and models/."""

MODELS = ROOT / "models"
"""Checkpoint folders that a worker may read; answers never lie in one of them."""

PUBLIC_MODELS = ("qwen2-tiny-4bit", "qwen2-tiny-float", "qwen2-untied-random")
