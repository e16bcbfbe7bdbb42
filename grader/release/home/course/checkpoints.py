"""The random checkpoints of public cases, as files that ship."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from grader.release.public_cases import FOLDER

CHECKPOINTS = FOLDER / "checkpoints"


def config(name: str) -> dict[str, Any]:
    """Return the config.json of the checkpoint `name`."""
    settings: dict[str, Any] = json.loads((CHECKPOINTS / name / "config.json").read_text())
    return settings


def write(name: str, seed: int, folder: Path) -> Path:
    """Copy the checkpoint `name` into `folder` and return it; the seed is that of the public cases."""
    shutil.copytree(CHECKPOINTS / name, folder, copy_function=shutil.copyfile)
    return folder
