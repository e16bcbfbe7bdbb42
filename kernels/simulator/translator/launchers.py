"""The text behind the translated source: a table of parameters and a registration for each kernel instance."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from ..errors import Finding, SourceError
from .kernels import Instance, KernelFunction
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
        SourceError: Two kernels of one name, an instance of something that is not a kernel, or one of two templates.
    """
    by_name: dict[str, list[KernelFunction]] = {}
    found: dict[str, Launchable] = {}
    for kernel in kernels:
        by_name.setdefault(kernel.name, []).append(kernel)
        if not kernel.is_template:
            _add(
                found,
                kernel.host_name or kernel.name,
                Launchable(kernel, kernel.qualified, kernel.file, kernel.line),
            )
    for instance in instances:
        named = _kernel_of(instance, by_name)
        _add(found, instance.host_name, Launchable(named, instance.expression, instance.file, instance.line))
    return found


def _kernel_of(instance: Instance, by_name: Mapping[str, list[KernelFunction]]) -> KernelFunction:
    """Return the kernel that an instance is of: by its name with namespaces, then by the number of arguments."""
    name = "::" + re.sub(r"\s+", "", instance.expression.partition("<")[0]).removeprefix("::")
    kernels = by_name.get(name.rpartition("::")[2], [])
    kernels = [k for k in kernels if k.qualified == name] or [
        k for k in kernels if k.qualified.endswith(name)
    ]
    if len(kernels) > 1:
        given = _count_arguments(instance.expression)
        kernels = [
            k for k in kernels if k.template_arguments[0] <= given <= k.template_arguments[1]
        ] or kernels
    if len(kernels) == 1:
        return kernels[0]
    names = f'[[host_name("{instance.host_name}")]] names `{instance.expression}`'
    sentence = f"{names}, which is not a kernel of this file."
    if kernels:
        places = " and ".join(f"{kernel.file}:{kernel.line}" for kernel in kernels)
        sentence = (
            f"{names}, which may be any of the templates at {places}; the simulator does not tell them apart."
        )
    raise SourceError([Finding(instance.file, instance.line, "instance", sentence)])


def _count_arguments(expression: str) -> int:
    """Return the number of template arguments in ``ns::kernel<arguments>``."""
    depth, count = 0, 0
    for character in expression[expression.find("<") + 1 : expression.rfind(">")]:
        depth += (character in "<([{") - (character in ">)]}")
        count += character == "," and depth == 0
    return count + 1 if "<" in expression else 0


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
    tables: dict[KernelFunction, str] = {}
    for number, (host_name, instance) in enumerate(instances.items()):
        kernel, expression = instance.kernel, instance.expression
        table = tables.get(kernel)
        if table is None:
            table = tables[kernel] = f"parameters_{len(tables)}"
            lines.append(_table(table, kernel.parameters))
        function = f"&{expression}"
        arguments = ", ".join([f"(decltype({function})){function}", table, *([prepare] if prepare else [])])
        threads = kernel.max_total_threads
        limit = _constant_beside(expression, threads) if isinstance(threads, str) else threads
        place = f"{json.dumps(kernel.file)}, {kernel.line}"
        lines.append(f"# {instance.line} {json.dumps(instance.file)}")
        lines.append(
            f"static msim::registration<{arguments}> kernel_{number}"
            f"({json.dumps(host_name)}, {limit}, {place});"
        )
    return "\n".join([*lines, "}  // namespace msim_launchers", ""])


def _constant_beside(expression: str, constant: str) -> str:
    """Return the constant of ``ns::kernel<arguments>``: ``ns::constant<arguments>``."""
    name, angle, arguments = expression.partition("<")
    scope, colons, _ = name.rpartition("::")
    return f"{scope}{colons}{constant}{angle}{arguments}"


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
