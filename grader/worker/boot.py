"""Entry script of the zygote and of a worker: `python -I -S -B boot.py zygote|worker FD SITE...`.

Loads this folder as a package under a name of its own, imports everything trusted, and then takes away
every way to import more of it: the folder leaves the package's path, `SITE` (where MLX and numpy are)
leaves `sys.path`. Without `site` nothing that is installed beside MLX is ever reachable: neither the rest
of the grader nor other libraries.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

PACKAGE = "submission_worker"


def load_package() -> None:
    """Register the folder of this file as the package `PACKAGE`."""
    here = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        PACKAGE, os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {here}")
    package = importlib.util.module_from_spec(spec)
    sys.modules[PACKAGE] = package
    spec.loader.exec_module(package)


def run(mode: str, fd: int, sites: list[str]) -> None:
    """Import, seal, and hand over to the zygote or the worker."""
    here = os.path.dirname(os.path.abspath(__file__))
    stdlib = [path for path in sys.path if os.path.abspath(path) != here]
    sys.path[:] = stdlib + sites
    load_package()
    zygote = importlib.import_module(f"{PACKAGE}.zygote")
    namespaces = [sys.modules["mlx"], sys.modules[PACKAGE]]
    namespaces[0].__path__ = list(namespaces[0].__path__)  # else recomputed from sys.path
    namespaces[1].__path__ = []
    sys.path[:] = stdlib
    sys.argv = [""]
    zygote.start(mode, fd)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
