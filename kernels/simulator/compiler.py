"""From a Metal source file to a shared library: preprocess, translate, compile, link, each step callable alone.

As a program: ``python -m kernels.simulator.compiler FILE.metal --out lib.so --mode fast|check [-I folder]
[--kernels a,b]`` writes the library, or prints the findings as JSON and exits with 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from . import vector_accesses
from .cache import build_once, cache_root, digest, folder_digest
from .errors import CompileError, Finding, NoCompiler, SimulatorError, SourceError
from .imports import check_imports
from .lint import check_directives
from .mlx_headers import MLX_KERNELS, mlx_include
from .runtime_build import runtime_library
from .toolchain import INCLUDE, MAX_ERRORS, MODES, Mode, find_toolchain
from .translation import Translation, translate

MESSAGE = re.compile(
    r"^(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<kind>fatal error|error): (?P<text>.*)$"
)
CALLER = re.compile(r"^(?P<file>.+?):(?P<line>\d+):\d+: note: in instantiation of .* requested here$")
TIMEOUT_S = 120.0
LIBRARY = "kernels.so"
MAX_PREPROCESSED = 20_000_000  # characters


def preprocess(
    source: Path, include_dirs: Sequence[Path] = (), defines: Mapping[str, str] | None = None
) -> str:
    """Return the preprocessed text of ``source``, with line markers.

    Raises:
        SourceError: The preprocessor refuses the text.
        NoCompiler: There is no clang.
    """
    macros = [f"{name}={value}" for name, value in (defines or {}).items()]
    text = _run(find_toolchain().preprocess(source, include_dirs, macros))
    if len(text) > MAX_PREPROCESSED:
        sentence = (
            f"The preprocessed text has {len(text):,} characters; at most {MAX_PREPROCESSED:,} are taken."
        )
        raise SourceError([Finding(str(source), 1, "size", sentence)])
    return text


def is_ours(file: str) -> bool:
    """Tell whether a file in a line marker is one of the simulator's or of clang's own headers."""
    return file.startswith((f"{INCLUDE}/", f"{find_toolchain().headers}/"))


def translate_file(
    source: Path,
    include_dirs: Sequence[Path] = (),
    *,
    kernels: Iterable[str] | None = None,
    defines: Mapping[str, str] | None = None,
) -> Translation:
    """Check, preprocess and translate a Metal file.

    Args:
        source: The file.
        include_dirs: Folders of the submission that ``#include`` looks in.
        kernels: Names of the kernels to register; None registers all of them.
        defines: Macros.

    Raises:
        SourceError: The text is refused.
    """
    own, trusted = split_folders(source, include_dirs)
    findings = check_directives(source, own, trusted)
    if findings:
        raise SourceError(findings)
    text = preprocess(source, [*own, *trusted], defines)
    trusted_files = tuple(f"{folder}/" for folder in trusted)

    def is_submission(file: str) -> bool:
        return not is_ours(file) and not file.startswith(trusted_files)

    return translate(text, kernels=kernels, is_ours=is_ours, is_submission=is_submission)


def split_folders(source: Path, include_dirs: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Split include folders into the submission's and those of MLX, whose headers the lint does not read.

    MLX's are the installed one, and every folder that holds MLX's kernel headers and lies apart from the submission.
    """
    trusted = [folder] if (folder := mlx_include()) else []
    own: list[Path] = []
    for path in include_dirs:
        resolved = path.resolve()
        if not (resolved / MLX_KERNELS).is_dir() or source.resolve().is_relative_to(resolved):
            own.append(path)
        elif resolved not in trusted:
            trusted.append(path)
    inside = [
        t for t in trusted if any(t.resolve().is_relative_to(o.resolve()) for o in (source.parent, *own))
    ]
    return [*own, *inside], [path for path in trusted if path not in inside]


def command(mode: Mode, source: Path, output: Path) -> list[str]:
    """Return the command that compiles translated text to an object file."""
    return find_toolchain().compile(mode, source, output)


def link_command(objects: Sequence[Path], output: Path) -> list[str]:
    """Return the command that links object files to a kernel library."""
    return find_toolchain().link(objects, output)


def build(translation: Translation, mode: Mode, *, cache: Path | None = None) -> Path:
    """Compile translated text to a shared library, or find it in the cache.

    Raises:
        CompileError: Clang refuses the text; the findings stand at the Metal source's lines.
    """
    toolchain = find_toolchain()
    flags = " ".join(toolchain.compile(mode, Path("in"), Path("out")))
    rules = Path(vector_accesses.__file__).read_bytes()
    key = digest([translation.text, folder_digest(INCLUDE), mode, flags, rules, toolchain.version])
    return build_once(cache_root(cache), key, LIBRARY, lambda folder: _build_in(folder, translation, mode))


def build_to(translation: Translation, mode: Mode, out: Path) -> None:
    """Compile translated text to the shared library ``out``, past the cache.

    Raises:
        CompileError: Clang refuses the text.
    """
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".metal-") as folder:
        _build_in(Path(folder), translation, mode)
        (Path(folder) / LIBRARY).replace(out)


def _build_in(folder: Path, translation: Translation, mode: Mode) -> None:
    source, compiled = folder / "kernels.cpp", folder / "kernels.o"
    source.write_text(translation.text)
    if mode == "check" and vector_accesses.may_have_odd_vectors(translation.text):
        between = folder / "kernels.ll"
        _run(find_toolchain().to_text(mode, source, between))
        between.write_text(vector_accesses.add_calls(between.read_text()))
        _run(find_toolchain().from_text(between, compiled))
        between.unlink()
    else:
        _run(command(mode, source, compiled))
    if findings := check_imports(compiled.read_bytes()):
        raise CompileError(findings)
    _run(link_command([compiled], folder / LIBRARY))
    compiled.unlink()


def _run(arguments: Sequence[str]) -> str:
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except FileNotFoundError as error:
        raise NoCompiler(f"The compiler {arguments[0]} cannot be started: {error}") from error
    except subprocess.TimeoutExpired as error:
        sentence = f"The compiler did not end within {TIMEOUT_S:.0f} s."
        raise CompileError([Finding("", 0, "compiler-time", sentence)]) from error
    if done.returncode:
        raise CompileError(compiler_findings(done.stderr))
    return done.stdout


def compiler_findings(output: str) -> list[Finding]:
    """Return clang's errors as findings, the simulator's own names taken out.

    An error inside the simulator's headers stands at the line that called what is declared there.
    """
    findings: list[Finding] = []
    for line in output.splitlines():
        if match := MESSAGE.match(line):
            text = match["text"]
            if in_own_headers(match["file"]):
                text = re.sub(r"^static assertion failed[^:]*(?:'.*')?: ", "", text)
            findings.append(Finding(match["file"], int(match["line"]), "compiler", student_words(text) + "."))
        elif (
            (match := CALLER.match(line))
            and not in_own_headers(match["file"])
            and findings
            and in_own_headers(findings[-1].file)
        ):
            findings[-1] = dataclasses.replace(findings[-1], file=match["file"], line=int(match["line"]))
    if not findings:
        findings.append(
            Finding("", 0, "compiler", student_words(output.strip()[:2000]) or "The compiler failed.")
        )
    return findings[:MAX_ERRORS]


def in_own_headers(file: str) -> bool:
    """Tell whether a message's file is one of the simulator's headers."""
    return file.startswith(f"{INCLUDE}/")


def student_words(text: str) -> str:
    """Return a message of the compiler in the source's words: no namespace or spelling of the simulator's own."""
    if match := re.match(r"'([^']*)' file not found", text):
        return f"Metal has no header `{match[1]}`"
    text = re.sub(r"; did you mean '[^']*(msim|MSIM|__)[^']*'\?", "", text)
    text = re.sub(r" \(aka '[^']*'\)", "", text)
    text = re.sub(r"msim::make<([^<>]*(?:<[^<>]*>)?)>", r"\1", text)
    text = re.sub(r"\bmsim::|\bmetal::", "", text)
    return text.replace("_Float16", "half").replace("__bf16", "bfloat")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compile one file as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m kernels.simulator.compiler", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--out", type=Path, help="library to write")
    parser.add_argument("--mode", choices=sorted(MODES), default="fast")
    parser.add_argument("-I", dest="include_dirs", type=Path, action="append", default=[])
    parser.add_argument("--kernels", help="names of the kernels to compile, with commas")
    parser.add_argument("--runtime", action="store_true", help="build the runtime library and print its path")
    parser.add_argument("--translated", action="store_true", help="print the translated text instead")
    options = parser.parse_args(arguments)
    names = options.kernels.split(",") if options.kernels else None
    if options.file is None and not options.runtime:
        parser.error("no Metal file is given")
    try:
        if options.runtime:
            print(runtime_library())
            return 0
        translation = translate_file(options.file, options.include_dirs, kernels=names)
        if options.translated:
            print(translation.text)
            return 0
        if options.out:
            build_to(translation, options.mode, options.out)
        else:
            build(translation, options.mode)
    except SourceError as error:
        print(json.dumps([dataclasses.asdict(finding) for finding in error.findings], indent=1))
        return 1
    except SimulatorError as error:
        print(error, file=sys.stderr)
        return 4
    print(json.dumps([dataclasses.asdict(finding) for finding in translation.findings], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
