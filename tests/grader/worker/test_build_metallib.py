"""The way to a Mac's GPU as far as Linux can show it: command lines, the library's names, the sandbox, the choice."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from grader.worker import (
    build,
    build_boot,
    build_metal,
    build_metallib,
    gpu,
    macos,
    metal_process,
    metal_switch,
)
from grader.worker.build import Built
from grader.worker.build_cache import Cache
from grader.worker.build_process import Ended
from grader.worker.build_units import Unit, _with_fallback
from grader.worker.conversation import WorkerSpec, gpu_files, readable_by

DEVELOPER = "/Applications/Xcode.app/Contents/Developer"
METAL = f"{DEVELOPER}/Toolchains/Metal.xctoolchain/usr/bin/metal"
FILES = {
    "good.metal": b"kernel void good() {}\n",
    "bad.metal": b"kernel void bad() {\n  error here;\n}\n",
    "more.metal": b'#include "parts.h"\n',
    "parts.h": b"kernel void more() {}\n",
    "bindings.cpp": b'auto* a = device.get_library("tiny_llm_ext", folder);\nd.register_library("older");\n',
}


@dataclass
class Xcode:
    """Stands in for Apple's compiler in its sandbox: refuses what has the word error in it."""

    lines: list[list[str]] = field(default_factory=list)
    seen: list[set[str]] = field(default_factory=list)
    opened: list[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    def run(self, argv, *, place: Path, reads, runs, limits, unsafe) -> Ended:
        self.lines.append(list(argv))
        self.seen.append({path.name for path in (place / "in").iterdir()})
        self.opened.append((tuple(reads), tuple(runs)))
        sources = [word for word in argv if word.endswith((".metal", ".air")) and not word.startswith("..")]
        text = b"+".join((place / "in" / name).read_bytes() for name in sources)
        if b"error" in text:
            return Ended(1, True, "bad.metal:2:3: error: unknown type name 'error'\n  error here;\n")
        (place / "out").mkdir()
        (place / "in" / argv[-1]).resolve().write_bytes(b"[" + text + b"]")
        return Ended(0, True, "")


@pytest.fixture
def xcode(monkeypatch) -> Xcode:
    """A Mac's compiler, and a system that says that it is a Mac."""
    stand_in = Xcode()
    monkeypatch.setattr(build_metallib, "run", stand_in.run)
    monkeypatch.setattr(build_metallib, "_tool", lambda: METAL)
    monkeypatch.setattr(build_metallib, "_version", lambda: ("Apple metal version 32023.35",))
    monkeypatch.setattr(build_metallib, "developer_folder", lambda: DEVELOPER)
    monkeypatch.setattr(metal_process.platform, "system", lambda: "Darwin")
    return stand_in


def test_command_lines_are_those_of_apple_and_mlx():
    """Each file to .air with `-c`, then all of them to one .metallib, both by `xcrun -sdk macosx metal`."""
    assert " ".join(build_metallib.compile_line("a.metal", ["/mlx/include"])) == (
        "/usr/bin/xcrun -sdk macosx metal -I. -I/mlx/include -fno-fast-math -c a.metal -o ../out/library.air"
    )
    assert " ".join(build_metallib.link_line(["0.air", "1.air"])) == (
        "/usr/bin/xcrun -sdk macosx metal 0.air 1.air -o ../out/library.metallib"
    )


def test_a_file_that_does_not_compile_costs_its_own_kernels_alone(xcode, tmp_path):
    """The library has the other two; the broken file has its error with the source line."""
    cache = Cache(tmp_path / "cache")
    made = build_metallib.compile_all(FILES, cache)
    assert {name: file.errors for name, file in made.items()} == {
        "good.metal": "",
        "more.metal": "",
        "bad.metal": "bad.metal:2:3: error: unknown type name 'error'\n    error here;",
    }
    assert xcode.seen[:3] == [{"bad.metal"}, {"good.metal"}, {"more.metal", "parts.h"}]
    assert made["good.metal"].library.read_bytes() == b'[[kernel void good() {}\n]+[#include "parts.h"\n]]'
    assert {(d, r[0]) for d, r in ((o[0][-2:], o[1]) for o in xcode.opened)} == {
        ((DEVELOPER, str(Path(METAL).parents[2])), "/usr/bin/xcrun")
    }


def test_the_library_lies_beside_the_module_under_every_name_that_is_asked_for(xcode, tmp_path):
    """Ours, and what the sources pass to `get_library` and `register_library`; nothing is compiled a second time."""
    cache, target = Cache(tmp_path / "cache"), tmp_path / "module"
    target.mkdir()
    made = build_metallib.compile_all(FILES, cache)
    lines = len(xcode.lines)
    again = build_metallib.compile_all(FILES, cache)
    assert (again, len(xcode.lines)) == (made, lines)
    build_metallib.place({n: {"key": f.key, "errors": f.errors} for n, f in made.items()}, cache, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == dict.fromkeys(
        ("kernels.metallib", "tiny_llm_ext.metallib", "older.metallib"),
        made["good.metal"].library.read_bytes(),
    )


def test_files_that_do_not_make_a_library_are_all_told_why(xcode, tmp_path, monkeypatch):
    """Two kernels of one name: the linker's words stand at each file that had compiled."""

    def run(argv, **rest) -> Ended:
        if "-c" in argv:
            return Xcode.run(xcode, argv, **rest)
        return Ended(1, True, "air-lld: error: duplicate symbol: good\n")

    monkeypatch.setattr(build_metallib, "run", run)
    made = build_metallib.compile_all({"good.metal": FILES["good.metal"]}, Cache(tmp_path))
    assert made["good.metal"].library is None
    assert "do not make a library" in made["good.metal"].errors
    assert "duplicate symbol: good" in made["good.metal"].errors


def test_without_xcode_there_is_one_sentence():
    """No compiler: nothing is compiled, and what to install is said."""
    build_metallib._tool.cache_clear()
    assert build_metallib.compile_all(FILES, Cache(Path("/tmp"))) == {}
    assert build_metallib.digest(FILES) == ""
    assert "install Xcode" in build_metallib.no_compiler()


def test_the_system_chooses_who_compiles_metal(monkeypatch):
    """On Linux the simulator's compiler, on a Mac Apple's; the simulator is not there on a Mac."""
    assert build._metal() is build_metal
    monkeypatch.setattr(metal_process.platform, "system", lambda: "Darwin")
    assert build._metal() is build_metallib
    assert build_metal.no_compiler() == "the simulator runs on Linux"


def test_kernels_are_switched_off_by_leaving_their_library_out(xcode, tmp_path):
    """The copy has the module and no .metallib, so that an op which looks for a kernel raises."""
    folder = tmp_path / "built"
    folder.mkdir()
    for name in ("kernels.so", "kernels.metallib", "tiny_llm_ext.metallib"):
        (folder / name).write_text(name)
    built = Built(module=folder / "kernels.so", metal={"good.metal": ""})
    without = metal_switch.without_threads(built, tmp_path / "without", tmp_path / "cache")
    assert [path.name for path in (tmp_path / "without").iterdir()] == ["kernels.so"]
    assert without.module == tmp_path / "without" / "kernels.so"


def test_a_source_whose_part_for_the_gpu_fails_is_tried_without_it():
    """The definition that switches `eval_gpu` on is left out of the second try on a Mac, the header on Linux."""
    for gpu_flags in (("-D_METAL_",), ("-include", "simulated_gpu.h")):
        unit = Unit("op.cpp", "op.cpp", {}, ("-O3", *gpu_flags, "-I."), "source")
        assert _with_fallback(unit).without_gpu == ("-O3", "-I.")


def test_a_workers_gpu_is_the_machines_own(xcode, monkeypatch, tmp_path):
    """On a Mac nothing of the simulator is opened; `mx.gpu` is chosen before each call; no dispatch is told."""
    spec = WorkerSpec(tmp_path, "tiny_llm", tmp_path, device="gpu")
    assert gpu_files(spec) == {}
    assert readable_by(spec) == ()
    chosen: list[object] = []
    monkeypatch.setattr(gpu.mx, "set_default_device", chosen.append)
    own = gpu.Gpu({})
    own.connect("/nowhere/kernels.so")
    own.choose()
    assert chosen == [gpu.mx.gpu, gpu.mx.gpu]
    assert own.operations() == {}


def test_the_profile_of_a_build_opens_programs_and_its_own_folder():
    """Reading, starting programs and writing are opened where the policy says so, and forking; the network is not."""
    policy = {"rules": [["write", "/out"], ["run", DEVELOPER], ["read", "/in"]], "fork_ok": True}
    lines = macos.profile(policy).splitlines()
    assert lines[-4:] == [
        "(allow process-fork)",
        '(allow file-read* file-write* (subpath "/out"))',
        f'(allow file-read* process-exec (subpath "{DEVELOPER}"))',
        '(allow file-read* (subpath "/in"))',
    ]
    assert {"(deny default)", "(deny network*)"} <= set(lines)
    assert "(allow process-fork)" not in macos.profile({"rules": []})


def test_the_profile_opens_metals_compiler_and_the_drivers_clients():
    """The service that makes pipelines can be found, and two kinds of clients of IOKit opened, no others."""
    text = macos.PROFILE.read_text()
    assert '(xpc-service-name "com.apple.MTLCompilerService")' in text
    assert "(allow iokit-open)" not in text
    assert {word.strip('"') for word in text.split() if "UserClient" in word} == {
        'AGXDeviceUserClient")',
        'IOSurfaceRootUserClient")',
        'IOSurfaceRootUserClient"))',
    }


def test_a_program_counts_as_confined_if_sandbox_exec_starts_it(monkeypatch):
    """The supervisor itself is not confined on a Mac; what counts is how the program is started."""
    assert macos.will_confine(["/usr/bin/xcrun"]).startswith("unavailable")
    assert macos.will_confine([macos.SANDBOX_EXEC]).startswith("unavailable")  # it is not there
    monkeypatch.setattr(macos.os, "access", lambda path, mode: path == macos.SANDBOX_EXEC)
    assert macos.will_confine([macos.SANDBOX_EXEC, "-p"]) == "active"
    assert "will_confine" in Path(build_boot.__file__).read_text()
