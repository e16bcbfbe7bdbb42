"""Builds the C++ ops of a submission's snapshot into a module that its worker imports. Runs in the grader.

Covered: the compiler is confined (`build_process`) and sees the submission's sources, the toolchain and the system's
headers; flags and bindings are ours; one file that does not compile costs the ops that need it and no other.
Not covered: what the module does when it runs; that is the worker's sandbox. Knows nothing about the course.
"""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from grader.errors import CannotJudge

from . import build_metal, build_metallib
from .build_cache import Cache
from .build_compile import WALL_S, Compiler
from .build_link import Linked, link
from .build_metal import MetalFile
from .build_units import Plan, plan
from .metal_process import has_gpu
from .submission import Snapshot

if TYPE_CHECKING:
    from kernels.recipe import Recipe

DOES_NOT_COMPILE = "does not compile"
NO_SOURCES = "is not built: the submission has no folder with kernels"


@dataclass(frozen=True)
class Built:
    """What came out of a build: a module that may lack ops, or none."""

    module: Path | None = None  # the compiled module, where a worker may read it
    missing: Mapping[str, str] = field(default_factory=dict)  # op -> what a call of it says
    messages: Mapping[str, str] = field(default_factory=dict)  # op -> why, as the student reads it
    key: str = ""  # of everything that went in
    objects: Mapping[str, str] = field(default_factory=dict)  # unit -> key of its object in the cache
    folder: Path | None = None  # the snapshot's sources
    sanitized: bool = False
    metal: Mapping[str, str] = field(default_factory=dict)  # Metal file -> why it is refused, or ""
    cpu_only: Mapping[str, str] = field(default_factory=dict)  # source -> why it has no part for the GPU

    def config(self) -> dict[str, object]:
        """Return what the worker has to know, as wire values."""
        return {
            "module": str(self.module.resolve()) if self.module is not None else None,
            "missing": dict(self.missing),
        }


def build(
    copy: Snapshot,
    ops: Sequence[str],
    target: Path,
    cache: Path,
    *,
    sanitize: bool = False,
    quick: bool = False,
    unsafe: bool = False,
    wall_s: float = WALL_S,
) -> Built:
    """Build the ops of a snapshot, or take them from the cache.

    Args:
        copy: The submission's sources.
        ops: The ops that the week asks for; what is not there of them is in `missing`.
        target: A new folder for the module, which a worker may read.
        cache: Where objects and modules are kept, shared by all runs.
        sanitize: With AddressSanitizer and UndefinedBehaviorSanitizer.
        quick: Compile marked regions for this machine's widest instruction set only, in a third of the time.
        unsafe: Go on although a required layer of the compiler's sandbox is missing.
        wall_s: For the whole build.

    Raises:
        CannotJudge: no compiler, a broken toolchain, a full disk, or a folder that cannot be written.
    """
    if copy.kernels_dir is None:
        return Built(missing=dict.fromkeys(ops, NO_SOURCES), messages=dict.fromkeys(ops, NO_SOURCES))
    return build_folder(
        copy.kernels_dir, ops, target, cache, sanitize=sanitize, quick=quick, unsafe=unsafe, wall_s=wall_s
    )


def build_folder(
    sources: Path,
    ops: Sequence[str],
    target: Path,
    cache: Path,
    *,
    sanitize: bool = False,
    quick: bool = False,
    unsafe: bool = False,
    wall_s: float = WALL_S,
) -> Built:
    """Build the ops in a folder of a snapshot; as `build`.

    Raises:
        CannotJudge: as `build`.
    """
    recipe, folder = toolchain(sanitize)
    planned = plan(sources, recipe, folder, quick)
    key = _key(planned, ops, recipe)
    try:
        kept = Cache(cache)
        with kept.locked(key):
            record = _known(kept, key)
            if record is None:
                compiler = Compiler(recipe, kept, unsafe, wall_s)
                metal = _metal().compile_all(planned.files, kept, unsafe) if not sanitize else {}
                linked = link(planned, ops, compiler, recipe, folder, sanitize)
                record = _stored(kept, key, linked, metal)
                kept.trim()
        return _placed(kept, key, record, target, sources, sanitize)
    except OSError as error:
        reason = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else error.strerror
        where = error.filename or cache
        raise CannotJudge(f"the kernels cannot be built: {where}: {reason}") from error


def _metal() -> ModuleType:
    """Return who compiles Metal files here: for the GPU of a Mac, for the simulator elsewhere."""
    return build_metallib if has_gpu() else build_metal


def toolchain(sanitize: bool) -> tuple[Recipe, Path]:
    """Return the command lines and the folder of bindings.

    Raises:
        CannotJudge: no compiler, CMake or nanobind.
    """
    from kernels.build import TOOLCHAIN, BuildError
    from kernels.recipe import recipe

    try:
        return recipe(sanitize), TOOLCHAIN
    except BuildError as error:
        line = str(error).strip().partition("\n")[0]
        raise CannotJudge(f"the kernels cannot be built on this machine: {line}") from error


def _key(planned: Plan, ops: Sequence[str], recipe: Recipe) -> str:
    digest = hashlib.sha256("\0".join([recipe.digest, planned.module, *planned.flags, "", *ops]).encode())
    digest.update(_metal().digest(planned.files).encode())
    for logic in sorted(Path(__file__).parent.glob("build*.py")):  # it decides what is left out
        digest.update(logic.read_bytes())
    for unit in planned.units:
        digest.update(f"\0{unit.name}\0{unit.key(recipe)}".encode())
    for path, content in planned.files.items():
        digest.update(f"\0{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _known(kept: Cache, key: str) -> dict[str, Any] | None:
    path = kept.get(key, ".record")
    if path is None:
        return None
    record: dict[str, Any] = json.loads(path.read_text())
    libraries = [found["key"] for found in record["metal"].values() if not found["errors"]]
    if any(kept.get(library, _metal().SUFFIX) is None for library in libraries):
        return None
    return record if record["file"] is None or kept.get(key, ".module") is not None else None


def _stored(kept: Cache, key: str, linked: Linked, metal: Mapping[str, MetalFile]) -> dict[str, Any]:
    record = {
        "metal": {name: {"key": found.key, "errors": found.errors} for name, found in metal.items()},
        "file": linked.name if linked.module is not None else None,
        "missing": linked.missing,
        "messages": linked.messages,
        "objects": linked.objects,
        "cpu_only": linked.cpu_only,
    }
    if linked.module is not None:
        kept.put(key, ".module", linked.module)
        linked.module.unlink()
    kept.put(key, ".record", json.dumps(record).encode())
    return record


def _placed(
    kept: Cache, key: str, record: dict[str, Any], target: Path, folder: Path, sanitize: bool
) -> Built:
    placed = None
    if record["file"] is not None:
        target.mkdir(mode=0o755)
        target.chmod(0o755)
        placed = target / record["file"]
        shutil.copyfile(kept.path(key, ".module"), placed)
        placed.chmod(0o444)
        _metal().place(record["metal"], kept, target)
    return Built(
        placed,
        record["missing"],
        record["messages"],
        key,
        record["objects"],
        folder,
        sanitized=sanitize,
        metal={name: found["errors"] for name, found in record["metal"].items()},
        cpu_only=record["cpu_only"],
    )
