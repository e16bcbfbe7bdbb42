"""Translate preprocessed Metal text into C++20 for clang, every token on the line it came from.

What is not understood is refused with a place and a sentence; nothing is guessed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from .errors import Finding, SourceError
from .lint import check_tokens
from .tokens import tokenize
from .translator.constants import rewrite_function_constants
from .translator.declarations import Declaration, declarations
from .translator.duplicates import drop_duplicates
from .translator.expressions import rewrite_expressions
from .translator.kernels import Instance, KernelFunction, is_kernel, read_instance, read_kernel
from .translator.launchers import Launchable, launchable, registrations
from .translator.source import Source
from .translator.threadgroup import rewrite_threadgroup_variables

PRELUDE = "#include <metal_stdlib>\n#include <simulator/cast.h>\n#include <simulator/launcher.h>\n"


@dataclasses.dataclass(frozen=True)
class Translation:
    """A translated source.

    Attributes:
        text: C++ text, starting with the includes of the simulator's headers.
        kernels: Names of the kernels that the text registers.
        all_kernels: Names of all kernels that the source could register.
        findings: What the lint says about the source, warnings only.
    """

    text: str
    kernels: tuple[str, ...]
    all_kernels: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def translate(
    text: str,
    *,
    kernels: Iterable[str] | None = None,
    is_ours: Callable[[str], bool] = lambda file: False,
    is_submission: Callable[[str], bool] = lambda file: True,
) -> Translation:
    """Translate preprocessed text.

    Args:
        text: Output of the preprocessor, with line markers.
        kernels: Names of the kernels to register; None registers all of them.
        is_ours: Tells for a file whether it is one of the simulator's headers, which the prelude includes instead.
        is_submission: Tells for a file whether the lint reads it; other files are trusted.

    Raises:
        SourceError: The text is refused, by the lint or because it cannot be translated.
    """
    try:
        source = Source(tokenize(text, skip=lambda file: is_ours(file) or file.startswith("<")))
    except ValueError as error:
        raise SourceError([Finding("", 0, "tokens", str(error))]) from error
    outline = declarations(source)
    findings = check_tokens(source, outline, is_submission)
    if any(finding.certain for finding in findings):
        raise SourceError(findings)
    every, prepare = _rewrite(source, outline)
    chosen = every if kernels is None else _choose(every, kernels)
    return Translation(
        text=f"{PRELUDE}{source.write()}{registrations(chosen, prepare)}",
        kernels=tuple(chosen),
        all_kernels=tuple(every),
        findings=tuple(findings),
    )


def _rewrite(source: Source, outline: list[Declaration]) -> tuple[dict[str, Launchable], str | None]:
    """Apply all rewrites; return the kernels by name, and the function that prepares constants."""
    functions, instances = _read_kernels(source, outline)
    number = 1
    for declaration in outline:
        if declaration.kind == "function":
            end = source.match[declaration.header_end]
            number = rewrite_threadgroup_variables(source, declaration.header_end, end, number)
    drop_duplicates(source, outline)
    prepare = rewrite_function_constants(source, outline)
    rewrite_expressions(source)
    return launchable(functions, instances), prepare


def _read_kernels(source: Source, outline: list[Declaration]) -> tuple[list[KernelFunction], list[Instance]]:
    functions: list[KernelFunction] = []
    instances: list[Instance] = []
    for declaration in outline:
        if declaration.kind == "record":
            continue
        instance = read_instance(source, declaration)
        if instance is not None:
            instances.append(instance)
        elif declaration.parameters is not None and is_kernel(source, declaration):
            kernel = read_kernel(source, declaration)
            if declaration.kind == "function":
                functions.append(kernel)
    return functions, instances


def _choose(every: dict[str, Launchable], kernels: Iterable[str]) -> dict[str, Launchable]:
    chosen = {}
    for name in kernels:
        if name not in every:
            known = ", ".join(sorted(every)[:20]) or "none"
            sentence = f"There is no kernel named `{name}`; the file has: {known}."
            raise SourceError([Finding("", 0, "no-such-kernel", sentence)])
        chosen[name] = every[name]
    return chosen
