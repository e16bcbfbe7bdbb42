"""Imports the module that was built from a submission's C++, inside the worker.

Everything that names it gets one module object: `kernels` (ours), `tiny_llm_ext._ext` (the public course). An op that
did not compile is there all the same, and says so when it is called. Knows nothing about how it was built.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Mapping

from . import stubs

OURS = "kernels"
THEIRS = "tiny_llm_ext"  # the package that holds the public course's compiled part


class Compiled:
    """The built module and the names that mean it.

    Args:
        module: its path, "<name>.<abi>.so"; None if nothing could be built.
        missing: op -> what a call of it says.
        loaded: is told the path when the module has been loaded.
    """

    def __init__(
        self, module: str | None, missing: Mapping[str, str], loaded: Callable[[str], None] | None = None
    ) -> None:
        self._path, self._missing, self._tell = module, missing, loaded
        self._name = module.rpartition("/")[2].partition(".")[0] if module else OURS

    def find_spec(self, fullname: str, local: str) -> importlib.machinery.ModuleSpec | None:
        """Return how to load `fullname`, whose name without the package's is `local`; None if it is another."""
        if not self._means_it(local):
            return None
        if self._path is None:
            module = stubs.Stub(fullname, stubs.NOT_BUILT)
            _add(module, self._missing)
            return importlib.util.spec_from_loader(fullname, _Same(module), is_package=True)
        return importlib.util.spec_from_loader(fullname, _Same(self._loaded()))

    def exports(self, name: str) -> bool:
        """Tell whether the module, which is loaded if need be, has a name that stands for something compiled."""
        return self._path is not None and name not in self._missing and hasattr(self._loaded(), name)

    def _means_it(self, local: str) -> bool:
        if self._name == OURS:
            return local == OURS
        return local.split(".")[-2:] == [THEIRS, self._name]

    def _loaded(self) -> types.ModuleType:
        if self._name not in sys.modules:
            assert self._path is not None
            spec = importlib.util.spec_from_file_location(self._name, self._path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            if self._tell is not None:
                self._tell(self._path)
            _add(module, self._missing)
            if sys.platform != "darwin" and "load_library" in vars(module):
                vars(module)["load_library"] = _no_library
            sys.modules[self._name] = module
        return sys.modules[self._name]


class _Same(importlib.abc.Loader):
    """Loads a module object that exists already, and leaves its spec as it is."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        if self._spec is not None:
            module.__spec__ = self._spec


def _no_library(*args: object, **kwargs: object) -> None:
    """Stand for the public course's loader of Metal kernels, which a package calls when it is imported."""


def _add(module: types.ModuleType, missing: Mapping[str, str]) -> None:
    for op, why in missing.items():
        if op not in vars(module):
            vars(module)[op] = stubs.missing(OURS, op, why)
