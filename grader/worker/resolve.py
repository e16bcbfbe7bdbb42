"""Finds a submission's modules and the names in them, inside the worker.

One meta path finder answers for the package under its own name and under the names that other layouts of
the same course use, always with the same module objects; for compiled extensions that may be missing; and
for libraries that are not available. Knows nothing about MLX, calls or the course.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import compiled, stubs

ALIASES = ("tiny_llm", "student", "reference", "src.tiny_llm")
EXTENSIONS = ("extensions", "tiny_llm_ext", "kernels")
ANNOTATION_ONLY = ("mlx_lm", "transformers")


class MissingTarget(Exception):
    """The submission has no such module, or the module no such name."""


class Finder(importlib.abc.MetaPathFinder):
    """Resolves imports of the submission; goes before all other finders.

    Args:
        package_dir: the folder of the package.
        package_name: its own name; no alias of another package.
        root: the snapshot that holds the package and perhaps extensions.
        built: the compiled kernels: `module` and `missing` of `build.Built`; None if nothing was to be built.
        loaded: is told the path of the compiled module when it has been loaded.
    """

    def __init__(
        self,
        package_dir: str,
        package_name: str,
        root: str,
        built: Mapping[str, Any] | None = None,
        loaded: Callable[[str], None] | None = None,
    ) -> None:
        self.package_dir = package_dir
        self.name = package_name
        self._bases = _distinct([package_dir, str(Path(package_dir).parent), root, str(Path(root) / "src")])
        self._compiled = compiled.Compiled(built["module"], built["missing"], loaded) if built else None
        self._roots = {alias for alias in ALIASES if alias != package_name}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return how to load `fullname`, or None to leave it to the other finders."""
        if fullname == self.name:
            return self._package_spec()
        for alias in self._roots:
            if fullname == alias or fullname.startswith(alias + "."):
                return importlib.util.spec_from_loader(
                    fullname, _Alias(self.name + fullname[len(alias) :]), is_package=False
                )
        if fullname == "src":
            return importlib.util.spec_from_loader("src", _Ready(types.ModuleType("src")), is_package=True)
        local = fullname[len(self.name) + 1 :] if fullname.startswith(self.name + ".") else fullname
        top = local.partition(".")[0]
        if self._compiled is not None:
            spec = self._compiled.find_spec(fullname, local)
            if spec is not None:
                return spec
        if top in EXTENSIONS:
            return self._extension_spec(fullname, path, part="." in local)
        if local is fullname and top == "tqdm":
            return importlib.util.spec_from_loader("tqdm", _Ready(stubs.tqdm_module()), is_package=True)
        if local is fullname and top in ANNOTATION_ONLY:
            return _stub_spec(fullname, stubs.NOT_AVAILABLE)
        return None

    def bare_package(self) -> types.ModuleType:
        """Put a package without its `__init__` in place: its modules can be imported one by one."""
        package = _BarePackage(self)
        package.__path__ = [self.package_dir]
        package.__spec__ = importlib.machinery.ModuleSpec(self.name, None, is_package=True)
        package.__spec__.submodule_search_locations = package.__path__
        for name, module in list(sys.modules.items()):
            parent, _, child = name.rpartition(".")
            if parent == self.name:
                setattr(package, child, module)
        sys.modules[self.name] = package
        return package

    def exports(self, name: str) -> bool:
        """Tell whether the compiled module, which is loaded if need be, has a name."""
        return self._compiled is not None and self._compiled.exports(name)

    def modules(self) -> list[str]:
        """Return the names of the package's modules and packages, sorted, without `__init__`."""
        folder = Path(self.package_dir)
        found = {p.stem for p in folder.glob("*.py")} | {p.parent.name for p in folder.glob("*/__init__.py")}
        return sorted(name for name in found if name.isidentifier() and name != "__init__")

    def _package_spec(self) -> importlib.machinery.ModuleSpec | None:
        init = Path(self.package_dir) / "__init__.py"
        if init.is_file():
            return importlib.util.spec_from_file_location(
                self.name, str(init), submodule_search_locations=[self.package_dir]
            )
        spec = importlib.machinery.ModuleSpec(self.name, _Ready(types.ModuleType(self.name)), is_package=True)
        spec.submodule_search_locations = [self.package_dir]
        return spec

    def _extension_spec(
        self, fullname: str, path: Sequence[str] | None, part: bool
    ) -> importlib.machinery.ModuleSpec | None:
        if path is None:
            extras = [str(Path(base) / "extensions") for base in self._bases]
            search = self._bases + (extras if fullname == "tiny_llm_ext" else [])
        else:
            search = list(path)
        spec = importlib.machinery.PathFinder.find_spec(fullname, search)
        if spec is not None and spec.loader is not None:
            return spec
        folders = list(spec.submodule_search_locations or []) if spec is not None else []
        if not folders and part:
            _fill_gaps(sys.modules[fullname.rpartition(".")[0]])
        return _stub_spec(fullname, stubs.NOT_BUILT, folders)


class SiblingFinder(importlib.abc.MetaPathFinder):
    """Lets `from basics import softmax` find the package's own module; goes after all other finders."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the package's module of that name, if there is one and the import is absolute."""
        if path is not None or fullname not in self._finder.modules():
            return None
        return importlib.util.spec_from_loader(
            fullname, _Alias(f"{self._finder.name}.{fullname}"), is_package=False
        )


class _Alias(importlib.abc.Loader):
    """Loads one name as the very module that another name has."""

    def __init__(self, own_name: str) -> None:
        self._own_name = own_name

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = importlib.import_module(self._own_name)
        self._own_spec = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        module.__spec__ = self._own_spec  # the import system has just overwritten it with the alias's


class _Ready(importlib.abc.Loader):
    """Loads a module object that exists already and has no code of its own."""

    def __init__(self, module: types.ModuleType) -> None:
        self._module = module

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return self._module

    def exec_module(self, module: types.ModuleType) -> None:
        return None


class _BarePackage(types.ModuleType):
    """The package when its `__init__` is broken: names that it would export are looked up in its modules."""

    def __init__(self, finder: Finder) -> None:
        super().__init__(finder.name)
        vars(self)["_modules"] = finder.modules()

    def __getattr__(self, name: str) -> Any:
        modules = [] if name.startswith("__") or name in vars(self)["_modules"] else vars(self)["_modules"]
        full_names = [f"{self.__name__}.{module}" for module in modules]
        for full_name in sorted(full_names, key=lambda n: n not in sys.modules):  # what is loaded first
            with contextlib.suppress(Exception):  # broken as well: some other module may have the name
                found = vars(importlib.import_module(full_name))
                if name in found:
                    return found[name]
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


def target(finder: Finder, path: str) -> Any:
    """Return what `path` ("basics.softmax") names in the package, importing the module if need be.

    Raises:
        MissingTarget: no such module or name. Whatever the module raises when it is imported passes through.
    """
    module_name, _, attributes = path.partition(".")
    full_name = f"{finder.name}.{module_name}"
    if full_name not in sys.modules and module_name not in finder.modules():
        raise MissingTarget(f"there is no {module_name}.py in the submission")
    live: Any = importlib.import_module(full_name)
    for attribute in attributes.split(".") if attributes else ():
        try:
            live = getattr(live, attribute)
        except AttributeError:
            raise MissingTarget(f"{module_name}.py does not define {attributes}") from None
    return live


def _fill_gaps(package: types.ModuleType) -> None:
    """Let a package whose compiled part is missing answer for the names that the part would have defined."""
    if "__getattr__" not in vars(package) and not isinstance(package, stubs.Stub):
        name = package.__name__
        vars(package)["__getattr__"] = lambda attribute: stubs.missing(name, attribute, stubs.NOT_BUILT)


def _stub_spec(
    fullname: str, why: str, folders: list[str] | None = None
) -> importlib.machinery.ModuleSpec | None:
    spec = importlib.machinery.ModuleSpec(
        fullname, _Ready(stubs.Stub(fullname, why, folders)), is_package=True
    )
    spec.submodule_search_locations = list(folders or [])
    return spec


def _distinct(paths: list[str]) -> list[str]:
    return list(dict.fromkeys(paths))
