"""Where the shipped models lie; `models` imports however pytest was started."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from models.questions import Question, load_questions  # noqa: E402

MODELS = ROOT / "models"


@pytest.fixture(scope="session")
def models() -> Path:
    return MODELS


@pytest.fixture(scope="session")
def questions() -> list[Question]:
    return load_questions(MODELS / "questions.json")


@pytest.fixture(scope="session")
def measurements() -> dict[str, Any]:
    return json.loads((MODELS / "measurements.json").read_text(encoding="utf-8"))
