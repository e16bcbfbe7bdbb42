"""Builds the C++ ops of a submission's snapshot into a module that its worker imports. Runs in the grader.

Knows the toolchain in `kernels/` and the snapshot; nothing about what the ops compute, or about the course.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import CannotJudge

from .submission import Snapshot

DOES_NOT_COMPILE = "does not compile"
NO_SOURCES = "is not built: the submission has no folder with kernels"


@dataclass(frozen=True)
class Built:
    """What came out of a build: a module that may lack ops, or none."""

    module: Path | None = None  # the compiled module, where a worker may read it
    missing: Mapping[str, str] = field(default_factory=dict)  # op -> what a call of it says
    messages: Mapping[str, str] = field(default_factory=dict)  # op -> what the compiler or linker said

    def config(self) -> dict[str, object]:
        """Return what the worker has to know, as wire values."""
        return {
            "module": str(self.module.resolve()) if self.module is not None else None,
            "missing": dict(self.missing),
        }


def build(copy: Snapshot, ops: Sequence[str], target: Path, cache: Path) -> Built:
    """Build the ops of a snapshot, or take them from the cache.

    Args:
        copy: The submission's sources.
        ops: The ops that the week asks for; what is not there of them is in `missing`.
        target: A new folder for the module, which a worker may read.
        cache: Where finished builds are kept, shared by all runs.

    Raises:
        CannotJudge: no compiler, a broken toolchain, or a folder that cannot be written.
    """
    from kernels.build import BuildError, content_digest
    from kernels.build import build as build_tree

    if copy.kernels_dir is None:
        return Built(missing=dict.fromkeys(ops, NO_SOURCES))
    try:
        digest = content_digest(copy.kernels_dir)
        module = build_tree(copy.kernels_dir, cache / "whole" / digest, jobs=2)
    except BuildError as error:
        return Built(
            missing=dict.fromkeys(ops, DOES_NOT_COMPILE), messages=dict.fromkeys(ops, str(error)[-2000:])
        )
    except OSError as error:
        raise CannotJudge(f"the kernels cannot be built in {cache}: {error.strerror}") from error
    target.mkdir(mode=0o755)
    placed = target / module.name
    shutil.copyfile(module, placed)
    placed.chmod(0o444)
    return Built(placed)
