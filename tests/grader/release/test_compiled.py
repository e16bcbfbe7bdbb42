"""The reference's kernels without source: stripped of names and paths, and bound to a platform."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from canaries import MARK, found

from grader.errors import CannotJudge
from grader.release.compiled import strip, without_paths
from grader.run import compiled

CC = shutil.which("cc")


@pytest.mark.skipif(CC is None, reason="needs a C compiler")
def test_names_of_functions_debug_information_and_files_are_stripped(tmp_path: Path):
    """A canary that is a function's name, and one that is a folder's, are in the module before and not after."""
    folder = tmp_path / f"{MARK}000002"
    folder.mkdir()
    (folder / "module.c").write_text(
        f"__attribute__((used)) static int {MARK}000001(int x) {{ return x + 1; }}\nint shown(int x) {{ return x; }}\n"
    )
    module = tmp_path / "kernels.so"
    subprocess.run(
        [str(CC), "-shared", "-fPIC", "-g", str(folder / "module.c"), "-o", str(module)], check=True
    )
    before = {hit.split(": ")[1] for hit in found(module)}
    strip(module)
    assert (before, found(module)) == ({f"{MARK}000001", f"{MARK}000002"}, [])
    assert b"shown" in module.read_bytes()  # what Python calls stays


def test_the_folder_of_this_machines_mlx_is_taken_out():
    """The path is replaced by as many bytes, so that nothing behind it moves."""
    spec = importlib.util.find_spec("mlx.core")
    assert spec is not None
    path = f"{Path(str(spec.origin)).parent}/lib".encode()
    data = b"before\0" + path + b"\0after"
    assert without_paths(data) == b"before\0" + b"$ORIGIN".ljust(len(path), b"\0") + b"\0after"


def _about(folder: Path, **changes: str) -> Path:
    about = {**compiled.here(), "module": "kernels.abi3.so", **changes}
    (folder / "about.json").write_text(json.dumps(about))
    (folder / about["module"]).write_bytes(b"")
    return folder


def test_a_module_for_this_platform_is_found_and_none_is_none(tmp_path: Path):
    """A checkout has no compiled reference; a package has one, by its name in about.json."""
    assert compiled.module(tmp_path) is None
    assert compiled.module(_about(tmp_path)) == tmp_path / "kernels.abi3.so"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"machine": "riscv64"}, "comparison is not available here: it was compiled for .* on riscv64"),
        ({"mlx": "0.1"}, "comparison is not available here: .* with mlx 0.1, and this is "),
        ({"module": "kernels.cpython-39-x86_64-linux-gnu.so"}, "is not for Python"),
    ],
)
def test_a_module_for_another_platform_is_refused_in_one_sentence(tmp_path: Path, changes, sentence):
    """Another machine, another MLX, another Python: it says what it was compiled for."""
    with pytest.raises(CannotJudge, match=sentence):
        compiled.module(_about(tmp_path, **changes))
