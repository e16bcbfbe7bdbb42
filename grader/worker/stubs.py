"""Stand-in modules for what a submission imports at the top of a file and may not need, inside the worker.

Two cases. Compiled parts (`extensions`, `tiny_llm_ext`, `kernels`) that are not built: Week 1 must be
gradable although a file imports them. Libraries that the sandbox keeps out but that annotations mention
(`mlx_lm`, `transformers`). A stub can be imported, its names can be imported, subclassed and used in
annotations; only a call raises. Knows nothing about where submissions lie.
"""

from __future__ import annotations

import importlib
import types
from importlib.machinery import PathFinder
from typing import Any, NoReturn

NOT_BUILT = "is not built"
NOT_AVAILABLE = "is not available in the grader"


class NotThere:
    """A name of a stub module: raises when it is called, and only then."""

    def __init__(self, name: str, why: str) -> None:
        self._name = name
        self._why = why

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Raise NotImplementedError with the reason."""
        raise NotImplementedError(f"{self._name} {self._why}")

    def __getattr__(self, name: str) -> NotThere:
        if name.startswith("__"):
            raise AttributeError(name)
        return NotThere(f"{self._name}.{name}", self._why)

    def __or__(self, other: object) -> NotThere:  # `Name | None` in an annotation
        return self

    __ror__ = __or__


class Stub(types.ModuleType):
    """A module in which every public name exists and nothing works."""

    def __init__(self, name: str, why: str, path: list[str] | None = None) -> None:
        super().__init__(name)
        self.__path__ = path or []
        self._why = why

    def __getattr__(self, name: str) -> Any:
        full = f"{self.__name__}.{name}"
        if self.__path__ and not name.startswith("__") and PathFinder.find_spec(full, self.__path__):
            return importlib.import_module(full)  # a folder without __init__.py that holds a real package
        return missing(self.__name__, name, self._why)

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Raise NotImplementedError with the reason."""
        raise NotImplementedError(f"{self.__name__} {self._why}")


def missing(module: str, name: str, why: str) -> Any:
    """Return what stands for `module.name`: a class if it is named like one, so that it can be subclassed.

    Raises:
        AttributeError: a dunder name, which Python asks for to find out what a module can do.
    """
    if name.startswith("__"):
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    absent = NotThere(f"{module}.{name}", why)
    if not name[:1].isupper():
        return absent

    def refuse(cls: type, *args: object, **kwargs: object) -> object:
        if cls.__name__ == name:
            absent()
        return object.__new__(cls)

    return type(name, (), {"__new__": refuse, "__module__": module})
