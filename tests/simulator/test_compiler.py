"""The steps from source to library, called alone and as a program; the cache; symbols without tools."""

from __future__ import annotations

import concurrent.futures
import ctypes
import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from kernels.simulator import CompileError, NoCompiler, Output, compile_metal, symbols
from kernels.simulator.cache import build_once, digest, folder_digest
from kernels.simulator.compiler import (
    build,
    build_to,
    command,
    compiler_findings,
    link_command,
    preprocess,
    translate_file,
)
from kernels.simulator.imports import readable
from kernels.simulator.runtime_build import runtime_library
from kernels.simulator.toolchain import Toolchain, find_toolchain
from tests.simulator.metal_text import metal_file, refusals

BODY = """
inline float half_of(float x) {
  return x / 2;
}
kernel void f(device float* out, uint i [[thread_position_in_grid]]) {
  out[i + 1000] = half_of(i);
}
"""


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    command_line = [sys.executable, "-W", "error", "-m", "kernels.simulator.compiler", *arguments]
    return subprocess.run(command_line, capture_output=True, text=True, check=False)


def test_steps_alone(tmp_path: Path) -> None:
    """Preprocessing, translating, compiling and linking are commands of their own."""
    path = metal_file(tmp_path, BODY)
    assert f'"{path}"' in preprocess(path)
    translation = translate_file(path)
    assert (translation.kernels, translation.all_kernels, translation.findings) == (("f",), ("f",), ())
    source, compiled, library = tmp_path / "k.cpp", tmp_path / "k.o", tmp_path / "k.so"
    source.write_text(translation.text)
    subprocess.run(command("fast", source, compiled), check=True)
    subprocess.run(link_command([compiled], library), check=True)
    ctypes.CDLL(str(runtime_library()), ctypes.RTLD_GLOBAL)
    ctypes.CDLL(str(library))


def test_program_writes_a_library(tmp_path: Path) -> None:
    """The program writes the library for the chosen kernels, and an empty list of findings."""
    done = program(
        str(metal_file(tmp_path, BODY)), "--out", str(tmp_path / "k.so"), "--mode", "check", "--kernels", "f"
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k.so", "kernel.metal"]


def test_program_prints_findings(tmp_path: Path) -> None:
    """A refused file gives findings as JSON and exit code 1."""
    path = metal_file(tmp_path, "double g();")
    done = program(str(path))
    assert done.returncode == 1
    assert json.loads(done.stdout) == [
        {
            "file": str(path),
            "line": 3,
            "rule": "no-double",
            "sentence": "Metal has no `double`.",
            "cure": "Use `float`.",
            "certain": True,
        }
    ]


def test_functions_of_the_host_cannot_be_called(tmp_path: Path) -> None:
    """A declaration without a definition does not find a function of the host by its name."""
    body = (
        "int system(constant char* c);\nkernel void f(device int* x, constant char* c) { x[0] = system(c); }"
    )
    with pytest.raises(CompileError, match="`system` is declared and used, but defined nowhere"):
        compile_metal(metal_file(tmp_path, body))


def test_names_in_symbols() -> None:
    """Mangled names are told as the source spells them."""
    assert [readable(s) for s in ("_Z4workf", "_ZN5tools4workEf", "puts")] == ["work", "tools::work", "puts"]


def test_messages_of_the_compiler() -> None:
    """Clang's errors keep place and sentence, and lose notes and the simulator's own names."""
    output = (
        "a.metal:7:3: error: no matching function for call to 'make<_Float16>'\n"
        "inc/x.h:1:1: note: candidate\n"
        "a.metal:9:1: fatal error: 'cmath' file not found\n"
    )
    found = [(f.file, f.line, f.sentence) for f in compiler_findings(output)]
    assert found == [
        ("a.metal", 7, "no matching function for call to 'make<half>'."),
        ("a.metal", 9, "Metal has no header `cmath`."),
    ]


def test_no_compiler_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without clang the error names the package that brings one."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoCompiler, match="pip install ziglang"):
        find_toolchain.__wrapped__()


def test_another_system_than_linux_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would be compiled could not be loaded there: nothing is tried."""
    monkeypatch.setattr("kernels.simulator.toolchain.platform.system", lambda: "Darwin")
    with pytest.raises(NoCompiler, match="The simulator runs on Linux"):
        find_toolchain.__wrapped__()


def test_a_compiler_that_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A compiler that cannot be started is no fault of the source."""
    gone = Toolchain(("/no/clang",), ("/no/ld",), tmp_path, "none", "x86_64-linux-gnu")
    monkeypatch.setattr("kernels.simulator.compiler.find_toolchain", lambda: gone)
    with pytest.raises(NoCompiler, match="/no/clang cannot be started"):
        preprocess(metal_file(tmp_path, BODY))


def test_builders_at_once_build_once(tmp_path: Path) -> None:
    """Of several builders of one key a single one works, and all of them see the whole file."""
    calls: list[Path] = []
    gate = threading.Barrier(4)

    def make(folder: Path) -> None:
        calls.append(folder)
        (folder / "file").write_text("whole")

    def one(_: int) -> str:
        gate.wait()
        return build_once(tmp_path / "cache", "key", "file", make).read_text()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(4))) == ["whole"] * 4
    assert len(calls) == 1


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    """A builder that fails leaves no file behind, and the next one starts afresh."""

    def fail(folder: Path) -> None:
        (folder / "file").write_text("half")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        build_once(tmp_path, "key", "file", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["key.lock"]
    assert (
        build_once(tmp_path, "key", "file", lambda folder: (folder / "file").write_text("whole")).read_text()
        == "whole"
    )


def test_digests_tell_parts_and_files_apart(tmp_path: Path) -> None:
    """Moving a character from one part to the next changes the hash, and so does a changed file."""
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    (tmp_path / "a.h").write_text("one")
    first = folder_digest(tmp_path)
    (tmp_path / "a.h").write_text("other")
    assert folder_digest(tmp_path) != first


def test_build_is_cached_by_content(tmp_path: Path) -> None:
    """The same text in the same mode is the same file; another mode is another."""
    translation = translate_file(metal_file(tmp_path, BODY))
    fast = build(translation, "fast", cache=tmp_path / "cache")
    assert build(translation, "fast", cache=tmp_path / "cache") == fast
    assert build(translation, "check", cache=tmp_path / "cache") != fast


def test_lines_without_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without addr2line the line table alone gives the line of every address that the tool knows."""
    library = tmp_path / "k.so"
    build_to(translate_file(metal_file(tmp_path, BODY)), "check", library)
    offsets = range(0x1000, 0x3000, 7)
    by_tool = symbols.resolve(library, offsets)
    monkeypatch.setattr(symbols, "TOOLS", ())
    by_table = symbols.resolve(library, offsets)
    innermost = {offset: frames[0].line for offset, frames in by_table.items() if frames and frames[0].line}
    assert set(innermost.values()) >= {5, 8}
    assert {offset: by_tool[offset][0].line for offset in innermost} == innermost


TWO_TEMPLATES = """
template <typename T, int N> [[kernel, max_total_threads_per_threadgroup(32 * N)]] void
fill(device T* out [[buffer(0)]], constant T& value [[buffer(1)]], uint i [[thread_position_in_grid]]) {
  out[i] = N * value;
}
template <int N, typename T, bool kTwice = false> [[kernel, max_total_threads_per_threadgroup(N)]] void
fill(device T* out [[buffer(0)]], uint i [[thread_position_in_grid]]) { out[i] = kTwice ? 2 * i : i; }
template [[host_name("by_value")]] [[kernel]] decltype(fill<float, 2>) fill<float, 2>;
template [[host_name("by_index")]] [[kernel]] decltype(fill<64, float, true>) fill<64, float, true>;
"""


def test_templates_of_one_name_are_told_apart_by_their_arguments(tmp_path: Path) -> None:
    """Each instance has the parameters, the limit of threads and the numbers of its own template."""
    text = TWO_TEMPLATES.replace(
        "<int N, typename T, bool kTwice = false>", "<int N, typename T, bool kTwice>"
    )
    library = compile_metal(metal_file(tmp_path, text))
    found = {k.name: ([p.name for p in k.parameters], k.max_total_threads) for k in library.kernels.values()}
    assert found == {"by_value": (["out", "value"], 64), "by_index": (["out"], 64)}
    launch = {"grid": (1,), "threadgroup": (4,)}
    result = library.run("by_value", {0: Output(4), 1: np.float32(3)}, **launch)
    np.testing.assert_array_equal(result.outputs[0], [6, 6, 6, 6])
    np.testing.assert_array_equal(library.run("by_index", {0: Output(4)}, **launch).outputs[0], [0, 2, 4, 6])


def test_an_instance_that_may_be_of_two_templates_is_refused(tmp_path: Path) -> None:
    """With a default argument both take two: which one is meant takes more than counting."""
    text = TWO_TEMPLATES.replace("fill<64, float, true>", "fill<64, float>")
    (finding, *_) = refusals(tmp_path, text)
    assert finding.rule == "instance"
    assert "may be any of the templates at" in finding.sentence
