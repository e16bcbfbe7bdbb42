"""What the tests of a release share: a small package, made once from a copy of the project with canaries in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from canaries import copy_with_canaries, release

TASKS = ("1.1.1", "1.3.1", "1.6")


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with canaries in everything that must not ship."""
    root = tmp_path_factory.mktemp("planted") / "project"
    assert copy_with_canaries(root) > 1000
    return root


@pytest.fixture(scope="session")
def package(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of three tasks, as a folder."""
    target = tmp_path_factory.mktemp("released") / "handout"
    release(planted, target, *TASKS)
    return target
