"""A few of the moments that `python -m tests.validation.kill9` tries: SIGKILL loses nothing that was finished."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from kill9 import Undisturbed, try_moment, undisturbed

TASKS = ("1.3.2",)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that workers with another user id can reach."""
    made = tmp_path_factory.mktemp("kill9")
    for place in (made, *made.parents[:2]):
        place.chmod(0o755)
    return made


@pytest.fixture(scope="module")
def whole(folder: Path) -> Undisturbed:
    """What the command gives if nobody kills it."""
    return undisturbed(folder / "undisturbed", TASKS)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_killed_run_keeps_its_checks_and_ends_with_the_same_score(
    folder: Path, whole: Undisturbed, seed: int
) -> None:
    """Journal, database, processes, temporary folders and the verdicts of the run that is taken up again."""
    moment = try_moment(folder / str(seed), random.Random(seed), whole, TASKS)
    assert moment.problems == []
    assert moment.lost == []


def test_the_undisturbed_run_passes_every_check(whole: Undisturbed) -> None:
    """So that "the same verdicts" above means something."""
    assert whole.checks == 3
    assert whole.verdicts["points"] == [4, 0, True]
