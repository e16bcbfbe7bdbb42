"""Builds what a week needs of a submission's C++ kernels, and judges whether an op is there."""

from __future__ import annotations

from pathlib import Path

from grader import paths
from grader.course.model import Week
from grader.worker.build import Built, build
from grader.worker.submission import Snapshot


def prepare(copy: Snapshot, week: Week, folder: Path) -> Built | None:
    """Build the kernels of a snapshot for a week, or take them from the cache; None if the week has none.

    Args:
        copy: The submission's copy.
        week: Names the ops.
        folder: The run's folder, which gets the module in a folder of its own.

    Raises:
        CannotJudge: no compiler, a broken toolchain, a folder that cannot be written.
    """
    return build(copy, week.ops, folder / "built", paths.builds()) if week.ops else None
