"""`grader simulate`: runs one Metal kernel without a GPU and tells what its threads do wrong.

For a student's own machine: the kernel runs in this process, not in a sandbox.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.errors import GraderError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from grader.cli.buffers import Buffer
    from kernels.simulator import Diagnostic, Library, Result

SHOWN_NUMBERS = 8
FOUND = 1


class SourceRefused(GraderError):
    """The file is no Metal, or something in it is not simulated."""

    exit_code = 3


FileArgument = Annotated[Path | None, typer.Argument(help="The .metal file.", metavar="FILE.metal")]
KernelArgument = Annotated[str | None, typer.Argument(help="The kernel's name.", metavar="KERNEL")]
GridOption = Annotated[str, typer.Option("--grid", help="Threadgroups, X,Y,Z; with --threads threads.")]
ThreadgroupOption = Annotated[str, typer.Option("--threadgroup", help="Threads of one, X,Y,Z.")]
BufferOption = Annotated[
    list[str] | None,
    typer.Option("--buffer", help="An argument by name or index, see below; once for each."),
]
ThreadgroupMemory = Annotated[
    list[str] | None,
    typer.Option("--threadgroup-memory", help="Bytes of a threadgroup argument: NAME=2048."),
]
Constant = Annotated[
    list[str] | None, typer.Option("--constant", help="A function constant: INDEX=true or INDEX=int32:5.")
]
Include = Annotated[list[Path] | None, typer.Option("--include", help="A folder with headers of yours.")]
SaveOption = Annotated[
    list[str] | None, typer.Option("--save", help="Write a buffer to a file: NAME=FILE.npy.")
]
ThreadsOption = Annotated[bool, typer.Option("--threads", help="--grid counts threads.")]
CountsOption = Annotated[
    bool, typer.Option("--counts", help="Show what the kernel moves: proxies, not time.")
]
ReversedOrder = Annotated[
    bool, typer.Option("--reversed", help="Run threads and threadgroups from the last to the first.")
]
Poison = Annotated[bool, typer.Option("--poison", help="Threadgroup memory starts as NaN, not as zeros.")]
Deadline = Annotated[float, typer.Option("--deadline", min=0.1, help="Seconds until it is ended.")]
Explain = Annotated[
    str | None, typer.Option("--explain", help="Say what a kind of finding means, and nothing else.")
]


def simulate(
    file: FileArgument = None,
    kernel: KernelArgument = None,
    grid: GridOption = "1",
    threadgroup: ThreadgroupOption = "32",
    buffer: BufferOption = None,
    threadgroup_memory: ThreadgroupMemory = None,
    constant: Constant = None,
    include: Include = None,
    save: SaveOption = None,
    threads: ThreadsOption = False,
    counts: CountsOption = False,
    reversed_order: ReversedOrder = False,
    poison: Poison = False,
    deadline: Deadline = 30.0,
    explain: Explain = None,
) -> int:
    """Run a Metal kernel thread by thread on the CPU: no GPU and no Mac needed.

    Exit code 0 if nothing was found, 1 if something was, 3 if the source is refused, 4 without a compiler.

    A buffer is NAME=FILE.npy, NAME=4x8:float32:random (zeros, ones, arange, nan, unwritten, a number) or, for a
    single value, NAME=int32:5.

    [bold]Examples[/bold]

        grader simulate saxpy.metal saxpy --grid 100 --threads --buffer x=100:float32:random
        --buffer y=100:float32:unwritten --buffer a=float32:2

        grader simulate --explain threadgroup-race
    """
    from grader.cli import buffers as read

    if explain is not None:
        return _explain(explain)
    if file is None or kernel is None:
        raise UsageError("which kernel? grader simulate FILE.metal KERNEL, see grader simulate --help")
    given = [read.buffer(text) for text in buffer or ()]
    launch = {
        "grid": read.sizes(grid, "--grid"),
        "threadgroup": read.sizes(threadgroup, "--threadgroup"),
        "grid_is_threads": threads,
        "order": "reversed" if reversed_order else "forward",
        "poison": poison,
        "deadline_s": deadline,
        "workers": 1,
        "sample": 1 if counts else 0,
    }
    targets = [read.named(text, "--save", "FILE.npy") for text in save or ()]
    library = _compiled(file, kernel, tuple(include or ()))
    launch |= _by_index(library, kernel, threadgroup_memory or (), constant or ())
    result = _run(library, kernel, given, launch)
    _save(library, kernel, given, result, targets)
    _show(library, kernel, given, result, counts)
    return FOUND if result.diagnostics else 0


def _explain(kind: str) -> int:
    from grader.cli.terminal import console
    from grader.cli.usage import nearest
    from kernels.simulator.diagnostics import EXPLAIN

    if kind not in EXPLAIN:
        raise UsageError(f"there is no kind of finding {kind!r}; {nearest(kind, sorted(EXPLAIN))}")
    told = EXPLAIN[kind]
    lines = (f"{kind}: {told.title}", told.means, f"Usual cause: {told.usual_cause}")
    console().print("\n".join(lines), markup=False, highlight=False)
    return 0


def _compiled(file: Path, kernel: str, include: tuple[Path, ...]) -> Library:
    """Compile the file in check mode.

    Raises:
        UsageError: no such file or kernel.
        SourceRefused: the source is refused, or does not compile.
        CannotJudge: there is no compiler.
    """
    from grader.cli.usage import nearest
    from grader.errors import CannotJudge
    from kernels.simulator import CompileError, NoCompiler, SourceError, compile_metal

    if not file.is_file():
        raise UsageError(f"there is no file {file}")
    try:
        library = compile_metal(file, include_dirs=(file.parent, *include), mode="check")
    except NoCompiler as error:
        raise CannotJudge(f"Metal kernels cannot be compiled here: {error}") from error
    except (SourceError, CompileError) as error:
        _print_refusal(str(error))
        raise SourceRefused(f"{file} is refused") from error
    if kernel not in library.kernels:
        known = sorted(library.kernels)
        raise UsageError(
            f"{file} has no kernel {kernel!r}; {nearest(kernel, known) if known else 'it has none'}"
        )
    return library


def _print_refusal(text: str) -> None:
    from grader.cli.terminal import console

    console(stderr=True).print(text, markup=False, highlight=False, soft_wrap=True)


def _by_index(
    library: Library, kernel: str, memory: Sequence[str], constants: Sequence[str]
) -> dict[str, Any]:
    """Return lengths of threadgroup arguments and function constants by their index."""
    from grader.cli import buffers as read

    lengths, values = {}, {}
    for text in memory:
        name, length = read.named(text, "--threadgroup-memory", "BYTES")
        index = _index(library, kernel, name, is_threadgroup=True)
        lengths[index] = read.count(length, f"--threadgroup-memory {text!r}:")
    for text in constants:
        name, value = read.named(text, "--constant", "VALUE")
        number = read.count(name, f"--constant {text!r}: the index")
        spec = f"bool:{value}" if value in ("true", "false") else value
        values[number] = read.buffer(f"{number}={spec}").array[()]
    return {"threadgroup_lengths": lengths, "function_constants": values}


def _index(library: Library, kernel: str, name: str, is_threadgroup: bool = False) -> int:
    """Return the index of a parameter.

    Raises:
        UsageError: the kernel has no such parameter.
    """
    from grader.cli.usage import nearest

    parameters = [
        p for p in library.kernels[kernel].parameters if (p.kind == "threadgroup") == is_threadgroup
    ]
    for parameter in parameters:
        if name in (parameter.name, str(parameter.index)):
            return int(parameter.index)
    known = [p.name for p in parameters]
    what = "threadgroup argument" if is_threadgroup else "buffer"
    raise UsageError(f"{kernel} has no {what} {name!r}; {nearest(name, known) if known else 'it has none'}")


def _run(library: Library, kernel: str, given: Sequence[Buffer], launch: dict[str, Any]) -> Result:
    from kernels.simulator import BFloat16, Output

    parameters = {p.index: p for p in library.kernels[kernel].parameters if p.kind == "buffer"}
    bindings: dict[int, Any] = {}
    for item in given:
        index = _index(library, kernel, item.name)
        value: Any = BFloat16(item.array) if item.dtype == "bfloat16" else item.array
        if item.is_value:
            bindings[index] = item.array[()]
        elif parameters[index].is_const:
            bindings[index] = value
        elif item.unwritten:
            bindings[index] = Output(item.array.shape, item.dtype)
        else:
            bindings[index] = Output(value)
    return library.run(kernel, bindings, **launch)


def _save(
    library: Library,
    kernel: str,
    given: Sequence[Buffer],
    result: Result,
    targets: Sequence[tuple[str, str]],
) -> None:
    import numpy as np

    from grader.cli.options import writable_file

    for name, path in targets:
        index = _index(library, kernel, name)
        if index not in result.outputs:
            raise UsageError(f"--save {name}: the kernel does not write to {name}")
        writable_file(Path(path), "file of numbers")
        np.save(path, result.outputs[index])


def _show(library: Library, kernel: str, given: Sequence[Buffer], result: Result, counts: bool) -> None:
    from grader.cli.terminal import console

    screen = console()
    for diagnostic in result.diagnostics:
        _show_finding(screen, diagnostic)
    for item in given:
        index = _index(library, kernel, item.name)
        if index in result.outputs:
            _show_output(screen, item, result.outputs[index])
    if counts:
        _show_counts(screen, result)
    found = len(result.diagnostics)
    words = "nothing found" if not found else f"{found} finding{'s' if found > 1 else ''}"
    screen.print(f"{kernel}: {words}, {result.seconds:.3g} s here", markup=False, highlight=False)


def _show_finding(screen: Console, found: Diagnostic) -> None:
    """Show a finding: what, where in the source, what it means, and what usually causes it."""
    weight = "style" if found.is_soft else "wrong"
    screen.print(f"{weight}: {found.kind}", style="yellow" if found.is_soft else "bold red", highlight=False)
    told = [("what", found.sentence), ("means", found.means), ("look for", found.usual_cause)]
    for label, text in told:
        if text:
            screen.print(f"  {label:<9} {text}", markup=False, highlight=False, soft_wrap=True)
    screen.print()


def _show_output(screen: Console, item: Buffer, array: Any) -> None:
    from grader.cli.buffers import as_floats

    values = as_floats(array, item.dtype).reshape(-1)
    shown = ", ".join(f"{v:.6g}" if values.dtype.kind == "f" else str(v) for v in values[:SHOWN_NUMBERS])
    more = ", ..." if values.size > SHOWN_NUMBERS else ""
    shape = f"[{', '.join(map(str, array.shape))}]"
    screen.print(f"{item.name} {item.dtype}{shape} = {shown}{more}", markup=False, highlight=False)


def _show_counts(screen: Console, result: Result) -> None:
    from grader.report.counts import PROXY, figure

    for name, value in result.counts.values.items():
        words = name.replace("_", " ")
        screen.print(f"  {words:<34} {figure(float(value)):>14}", markup=False, highlight=False)
    for line in result.counts.lines:
        if line.place is not None and line.transactions > line.ideal:
            words = f"{line.place}: {line.transactions} passes or transactions, {line.ideal} at best"
            screen.print(f"  {words}   {line.place.text}", markup=False, highlight=False)
    screen.print(PROXY, markup=False, highlight=False)
