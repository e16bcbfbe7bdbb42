"""Stand-in modules for what a submission imports at the top of a file and may not need, inside the worker.

Three cases. Compiled parts (`extensions`, `tiny_llm_ext`, `kernels`) that are not built: Week 1 must be
gradable although a file imports them. Libraries that the sandbox keeps out but that annotations mention
(`mlx_lm`, `transformers`). `tqdm`, whose bars can be left out. Of the first two, everything can be imported,
subclassed and used in annotations; only a call raises. Knows nothing about where submissions lie.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable, Iterable, Iterator
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


class ProgressBar:
    """Stands for `tqdm`: yields what it is given and shows nothing; every method does nothing."""

    def __init__(self, iterable: Iterable[Any] = (), *args: object, **options: object) -> None:
        self._iterable = iterable

    def __iter__(self) -> Iterator[Any]:
        return iter(self._iterable)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda *args, **options: None


def tqdm_module() -> types.ModuleType:
    """Return what `import tqdm` gives: bars are decoration, and the library is not in the worker."""
    module = types.ModuleType("tqdm")
    vars(module).update(
        tqdm=ProgressBar,
        trange=lambda *args, **options: ProgressBar(range(*args)),
        auto=module,
        __path__=[],
    )
    sys.modules.setdefault("tqdm.auto", module)
    return module


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
