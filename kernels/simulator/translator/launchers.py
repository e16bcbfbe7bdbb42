"""The text behind the translated source: a table of parameters and a registration for each kernel instance."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from ..errors import Finding, SourceError
from .kernels import MAX_THREADS, Instance, KernelFunction
from .parameters import Parameter

LAUNCHER_FILE = "<launchers>"


@dataclasses.dataclass(frozen=True)
class Launchable:
    """A name that the host can ask for.

    Attributes:
        kernel: The kernel, or the template.
        expression: C++ expression that names the instance.
        file: File of the instantiation, or of the definition.
        line: Line of it.
    """

    kernel: KernelFunction
    expression: str
    file: str
    line: int


def launchable(kernels: Sequence[KernelFunction], instances: Iterable[Instance]) -> dict[str, Launchable]:
    """Return what each name that the host can ask for stands for.

    Raises:
        SourceError: Two kernels of one name, or an instance of something that is not a kernel.
    """
    by_name: dict[str, KernelFunction] = {}
    found: dict[str, Launchable] = {}
    for kernel in kernels:
        by_name[kernel.name] = kernel
        if not kernel.is_template:
            _add(
                found,
                kernel.host_name or kernel.name,
                Launchable(kernel, kernel.qualified, kernel.file, kernel.line),
            )
    for instance in instances:
        match = re.search(r"(\w+)\s*(?:<.*)?$", instance.expression.split("<")[0])
        named = by_name.get(match[1]) if match else None
        if named is None:
            names = f'[[host_name("{instance.host_name}")]] names `{instance.expression}`'
            sentence = f"{names}, which is not a kernel of this file."
            raise SourceError([Finding(instance.file, instance.line, "instance", sentence)])
        _add(found, instance.host_name, Launchable(named, instance.expression, instance.file, instance.line))
    return found


def _add(found: dict[str, Launchable], name: str, launchable: Launchable) -> None:
    if name in found:
        sentence = f"There are two kernels named `{name}`; the host could not tell them apart."
        raise SourceError([Finding(launchable.file, launchable.line, "duplicate-kernel", sentence)])
    found[name] = launchable


def registrations(instances: Mapping[str, Launchable], prepare: str | None) -> str:
    """Return the registrations of ``instances``.

    Args:
        instances: By host name.
        prepare: Name of a function that every thread calls first, or None.
    """
    lines = ["", f'# 1 "{LAUNCHER_FILE}"', "namespace msim_launchers {"]
    tables: dict[str, str] = {}
    for number, (host_name, instance) in enumerate(instances.items()):
        kernel, expression = instance.kernel, instance.expression
        table = tables.get(kernel.qualified)
        if table is None:
            table = tables[kernel.qualified] = f"parameters_{len(tables)}"
            lines.append(_table(table, kernel.parameters))
        function = f"&{expression}"
        arguments = ", ".join([f"(decltype({function})){function}", table, *([prepare] if prepare else [])])
        threads = kernel.max_total_threads
        limit = _constant_beside(expression) if threads is None else threads
        place = f"{json.dumps(kernel.file)}, {kernel.line}"
        lines.append(f"# {instance.line} {json.dumps(instance.file)}")
        lines.append(
            f"static msim::registration<{arguments}> kernel_{number}"
            f"({json.dumps(host_name)}, {limit}, {place});"
        )
    return "\n".join([*lines, "}  // namespace msim_launchers", ""])


def _constant_beside(expression: str) -> str:
    """Return the constant of ``ns::kernel<arguments>``: ``ns::msim_max_total_threads_kernel<arguments>``."""
    name, angle, arguments = expression.partition("<")
    scope, colons, last = name.rpartition("::")
    return f"{scope}{colons}{MAX_THREADS}{last.strip()}{angle}{arguments}"


def _table(name: str, parameters: Sequence[Parameter]) -> str:
    rows = [_row(parameter) for parameter in parameters]
    rows.append('{msim::attribute::none, 0, 0, false, "", ""}')
    return f"struct {name} {{ static constexpr msim::parameter list[] = {{{', '.join(rows)}}}; }};"


def _row(parameter: Parameter) -> str:
    is_builtin = parameter.kind == "builtin"
    attribute = parameter.index if is_builtin else "none"
    kind = "MSIM_THREADGROUP" if parameter.kind == "threadgroup" else "MSIM_BUFFER"
    index = "0" if is_builtin else parameter.index
    optional = str(parameter.is_optional).lower()
    names = f"{json.dumps(parameter.name)}, {json.dumps(parameter.type)}"
    return f"{{msim::attribute::{attribute}, {kind}, {index}, {optional}, {names}}}"
