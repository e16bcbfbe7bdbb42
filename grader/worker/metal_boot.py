"""Entry script of a confined process of the simulator: `python -I -S -B metal_boot.py JOB`, a JSON file.

Runs one module of `kernels.simulator`, with nothing else of the project in reach: it is found in its folder, and so are
the packages that the job names, because a search would have to list folders that are closed here. Output goes to files,
since what the program prints is cut to a length.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import pathlib
import runpy
import sys
import types
from typing import Any


def main() -> None:
    """Carry out the job: the simulator's folder, module, arguments, files for input and output, and so on."""
    with open(sys.argv[1]) as file:
        job = json.load(file)
    os.environ.update(job["environment"])
    _package("kernels", [])
    _package("kernels.simulator", [job["simulator"]])  # its __init__ would import numpy
    for name, folder in job["packages"].items():
        _package(name, [folder])
    _tell_libraries(job["libraries"])
    for name, number, flags in (
        ("input", 0, os.O_RDONLY),
        ("output", 1, os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        if job[name]:
            os.dup2(os.open(job[name], flags, 0o600), number)
    sys.argv = [job["module"], *job["arguments"]]
    runpy.run_module(job["module"], run_name="__main__")


def _tell_libraries(paths: list[str]) -> None:
    """Say where the system's libraries are that kernels are linked with: `/proc` is closed to this process."""
    if paths:
        toolchain: Any = importlib.import_module("kernels.simulator.toolchain")
        toolchain.system_libraries = lambda: tuple(map(pathlib.Path, paths))


def _package(name: str, folders: list[str]) -> None:
    """Make a package whose modules are found in its folders, without running its own code."""
    package = types.ModuleType(name)
    package.__path__ = folders
    package.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
    package.__spec__.submodule_search_locations = folders
    sys.modules[name] = package


if __name__ == "__main__":
    main()
