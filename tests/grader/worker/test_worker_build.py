"""A submission's C++ becomes a module: what is broken costs itself alone; the compiler sees nothing of the machine."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import CannotJudge
from grader.worker.build import Built, build
from grader.worker.build_cache import Cache
from grader.worker.build_modules import WORDS, sabotaged, undefined_symbols
from grader.worker.build_process import Limits, run
from grader.worker.client import Worker, WorkerSpec
from grader.worker.faults import Fault
from grader.worker.submission import Snapshot, find, snapshot
from grader.worker.wire import Array

ROOT = Path(__file__).resolve().parents[3]
OPS = ("quantized_matmul", "flash_attention")
PUBLIC = ROOT / "tests" / "kernels" / "public_layout"
Make = Callable[..., tuple[Snapshot, Built]]


@pytest.fixture(scope="session")
def cache() -> Path:
    """One cache for these tests, kept between runs as a user's is."""
    return ROOT / "build" / "test-builds"


@pytest.fixture
def make(tmp_path: Path, cache: Path) -> Make:
    """Build a copy of a submission with some of its files changed: a text, or (old, new) in the text that is there."""

    def changed_and_built(base: Path, changes: dict[str, object] | None = None, **options: object):
        root = tmp_path / f"submission-{time.monotonic_ns()}"
        shutil.copytree(base, root)
        for name, change in (changes or {}).items():
            path = root / name
            if change is None:
                path.unlink()
            elif isinstance(change, tuple):
                old, new = change
                assert old in path.read_text()
                path.write_text(path.read_text().replace(old, new))
            else:
                path.write_text(str(change))
        folder = tmp_path / f"run-{time.monotonic_ns()}"
        folder.mkdir(mode=0o755)
        tmp_path.chmod(0o755)
        copy = snapshot(find(root), folder / "snapshot")
        return copy, build(copy, OPS, folder / "built", cache, quick=True, **options)

    return changed_and_built


def _worker(copy: Snapshot, built: Built) -> Worker:
    worker = Worker(WorkerSpec(copy.package_dir, copy.package_name, copy.root, built=built))
    worker.start()
    assert worker.load().ok
    return worker


def _ones(*shape: int, dtype: str = "float32") -> Array:
    import numpy as np

    from grader.course.arrays import make as array

    return array(np.ones(shape), dtype)


def test_the_skeleton_builds_and_its_ops_say_that_they_are_not_written(make: Make) -> None:
    """The names can be imported; a call is NotImplementedError and names the task."""
    copy, built = make(ROOT / "student", {"attention.py": _CALLS_THE_KERNEL})
    assert built.missing == {}
    with _worker(copy, built) as worker:
        assert worker.exports("flash_attention")
        assert not worker.exports("no_such_op")
        with pytest.raises(Fault, match=r"NotImplementedError: task 2\.4: FlashAttention::eval_cpu"):
            worker.call("attention.call", [_ones(1, 2, 4, 8)])


_CALLS_THE_KERNEL = """
import mlx.core as mx
def call(q):
    from kernels import flash_attention
    return flash_attention(q, q, q, 1.0)
"""


def test_one_broken_file_costs_its_own_op_alone(make: Make) -> None:
    """The other op is built; the broken one can be imported and says what is wrong when it is called."""
    broken = ("mx::to_stream(s)", "mx::to_stream(nowhere)")
    copy, built = make(
        ROOT / "student", {"kernels/flash_attention.cpp": broken, "attention.py": _CALLS_THE_KERNEL}
    )
    assert built.missing == {"flash_attention": "does not compile"}
    first, second = built.messages["flash_attention"].splitlines()
    assert first.startswith("flash_attention.cpp:")
    assert first.endswith("error: 'nowhere' was not declared in this scope")
    assert "mx::to_stream(nowhere)" in second
    with _worker(copy, built) as worker:
        assert worker.exports("quantized_matmul")
        assert not worker.exports("flash_attention")
        with pytest.raises(Fault, match=r"kernels\.flash_attention does not compile"):
            worker.call("attention.call", [_ones(1, 2, 4, 8)])


@pytest.mark.parametrize(
    ("changes", "op", "words"),
    [
        ({"kernels/quantized_matmul.cpp": None}, "quantized_matmul", "there is no quantized_matmul.cpp"),
        (
            {"kernels/quantized_matmul.h": ("namespace kernels {", "namespace kernels {\noops;")},
            "quantized_matmul",
            "quantized_matmul.h:",
        ),
        (
            {
                "kernels/flash_attention.cpp": (
                    "}  // namespace kernels",
                    'int helper_of_mine(int);\n__attribute__((visibility("default"))) int use() { return '
                    "helper_of_mine(3); }\n}  // namespace kernels",
                )
            },
            "flash_attention",
            "undefined reference to kernels::helper_of_mine(int)",
        ),
    ],
)
def test_what_is_missing_is_named(make: Make, changes: dict[str, object], op: str, words: str) -> None:
    """A file, a line of a header, a function that is declared and not defined."""
    _, built = make(ROOT / "student", changes)
    assert set(built.missing) == {op}
    assert words in built.messages[op]
    assert built.module is not None


SECRET = "canary-5b1d77"


@pytest.mark.parametrize(
    "line",
    [
        '#include "{secret}"',
        '#include "{reference}"',
        '__asm__(".incbin \\"{secret}\\"");',
        '#include "/proc/self/environ"',
        '#if __has_include("/proc/self/environ")\n#include </proc/1/environ>\n#endif\n#include "{secret}"',
        '#pragma GCC dependency "{secret}"\n#include "{secret}"',
    ],
)
def test_a_source_cannot_read_files_of_the_machine(
    make: Make, tmp_path: Path, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by #include nor by the assembler; what the compiler says about it holds nothing of the file."""
    monkeypatch.setenv("GRADER_SECRET", SECRET)
    secret = tmp_path / "secret.txt"
    secret.write_text(f"error {SECRET}\n")
    secret.chmod(0o644)
    text = line.format(secret=secret, reference=ROOT / "reference" / "kernels" / "swiglu.cpp")
    _, built = make(ROOT / "student", {"kernels/quantized_matmul.cpp": text})
    assert "quantized_matmul" in built.missing
    assert SECRET not in "".join(built.messages.values())
    assert "error" in built.messages["quantized_matmul"]
    assert built.module is None or SECRET.encode() not in built.module.read_bytes()


def test_a_build_file_of_the_submission_is_not_looked_at(make: Make) -> None:
    """The public layout's sample would end CMake with an error; the module is built all the same, and computes."""
    copy, built = make(PUBLIC)
    assert built.missing == {}
    with _worker(copy, built) as worker:
        reply = worker.call("attention.scaled", [_ones(3, 4), 2.5])
        assert reply.value == _twice_and_a_half()
        with pytest.raises(Fault, match="flash_attention is not implemented"):
            worker.call("attention.flash_attention", [_ones(1, 2, 4, 8)] * 3)


def _twice_and_a_half() -> Array:
    import numpy as np

    from grader.course.arrays import make as array

    return array(np.full((3, 4), 2.5), "float32")


def test_in_the_public_layout_too_one_broken_file_costs_its_own_op_alone(make: Make) -> None:
    """The function is replaced by one that throws; a loader of Metal kernels that is missing does no harm."""
    changes = {
        "src/extensions/src/flash_attention.cpp": ("throw std", "thrw std"),
        "src/extensions/src/scaled.cpp": None,
    }
    copy, built = make(PUBLIC, changes)
    assert built.missing == {"flash_attention": "does not compile"}
    assert "src/flash_attention.cpp:" in built.messages["flash_attention"]
    with _worker(copy, built) as worker:
        assert worker.exports("quantized_matmul")
        with pytest.raises(Fault, match="scaled does not compile"):
            worker.call("attention.scaled", [_ones(3, 4), 2.5])


@pytest.mark.parametrize("base", [PUBLIC, ROOT / "student"])
def test_a_sabotaged_op_throws_and_the_others_do_not(
    make: Make, tmp_path: Path, cache: Path, base: Path
) -> None:
    """The proof that a submission's answers come out of its kernel, in both layouts."""
    call = {"attention.py": _CALLS_THE_KERNEL} if base != PUBLIC else {}
    copy, built = make(base, call)
    folder = built.module.parent.parent / "sabotaged"
    wrong = sabotaged(built, "flash_attention", folder, cache)
    assert wrong is not None
    target = "attention.call" if call else "attention.flash_attention"
    with _worker(copy, wrong) as worker, pytest.raises(Fault, match=WORDS):
        worker.call(target, [_ones(1, 2, 4, 8)] * (1 if call else 3))
    if base == PUBLIC:
        with _worker(copy, wrong) as worker:
            assert worker.call("attention.scaled", [_ones(3, 4), 2.5]).value == _twice_and_a_half()


def test_the_symbols_that_the_sources_need_can_be_listed(make: Make, cache: Path) -> None:
    """Delegation to MLX shows there, whatever the source calls it."""
    text = (
        '#include "quantized_matmul.h"\nnamespace kernels { mx::array quantized_matmul(const mx::array& scales, '
        "const mx::array& biases, int group_size, int bits, const mx::array& a, const mx::array& b, bool transpose_b, "
        "mx::StreamOrDevice s) { return mx::matmul(a, mx::dequantize(b, scales, biases, group_size, bits)); } }\n"
    )
    _, built = make(ROOT / "student", {"kernels/quantized_matmul.cpp": text})
    assert built.messages == {}
    names = undefined_symbols(built, cache)
    assert any(name.startswith("mlx::core::dequantize(") for name in names)
    assert any(name.startswith("mlx::core::matmul(") for name in names)


def test_a_change_of_one_file_compiles_that_file_alone(make: Make, cache: Path) -> None:
    """What is unchanged comes out of the cache: objects are known by the text that they can see."""
    _, before = make(ROOT / "student")
    _, after = make(ROOT / "student", {"kernels/flash_attention.cpp": ("// Task", "// My task")})
    differing = {name for name, key in before.objects.items() if after.objects[name] != key}
    assert differing == {"flash_attention.cpp"}
    assert before.key != after.key


def test_without_a_folder_of_kernels_everything_is_missing(tmp_path: Path, cache: Path) -> None:
    """The module is a stub then, and nothing is compiled."""
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "basics.py").write_text("")
    copy = snapshot(find(tmp_path / "hw"), tmp_path / "snapshot")
    built = build(copy, OPS, tmp_path / "built", cache)
    assert built.module is None
    assert set(built.missing) == set(OPS)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_cache_that_cannot_be_written_is_the_graders_fault(make: Make, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotJudge, match="cannot be built"):
        build(snapshot(find(ROOT / "student"), tmp_path / "s"), OPS, tmp_path / "b", tmp_path / "cache")


def test_a_file_in_place_of_the_cache_is_one_sentence(make: Make, tmp_path: Path) -> None:
    """Not a traceback: which path, and why."""
    (tmp_path / "cache").write_text("")
    copy = snapshot(find(ROOT / "student"), tmp_path / "s")
    with pytest.raises(
        CannotJudge, match=r"the kernels cannot be built: .*cache.*: (File exists|Not a directory)"
    ):
        build(copy, OPS, tmp_path / "b", tmp_path / "cache")


def _script(place: Path, text: str) -> list[str]:
    (place / "in").mkdir(mode=0o755, parents=True)
    place.chmod(0o755)
    (place / "in" / "job.sh").write_text(text)
    return ["/bin/sh", "job.sh"]


_SHELL = {
    "reads": ("/lib", "/usr/lib", "/lib64", "/etc/ld.so.cache"),
    "runs": ("/bin", "/usr/bin", "/lib64", "/usr/lib"),
}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_nothing_that_a_compiler_starts_survives_it(tmp_path: Path) -> None:
    """A daemon that has left its parent and its session is found and ended."""
    tmp_path.chmod(0o755)
    place = tmp_path / "place"
    place.mkdir()
    line = _script(place, "(setsid sleep 4711 &) ; (sleep 4711 & sleep 4711 &) ; echo started")
    ended = run(line, place=place, **_SHELL)
    assert ended.ok
    assert ended.swept >= 1
    assert "started" in ended.log
    assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if b"sleep\x004711" in _bytes(p)]


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def test_a_compiler_that_hangs_or_writes_too_much_is_ended(tmp_path: Path) -> None:
    """Each limit ends the program, and the result says which; it writes into its own folder only."""
    tmp_path.chmod(0o755)
    (tmp_path / "1").mkdir()
    slow = run(_script(tmp_path / "1", "sleep 60"), place=tmp_path / "1", limits=Limits(wall_s=0.5), **_SHELL)
    assert not slow.in_time
    (tmp_path / "2").mkdir()
    big = run(
        _script(tmp_path / "2", "head -c 100000 /dev/zero > ../out/big; echo $?; ls -l ../out"),
        place=tmp_path / "2",
        limits=Limits(file_bytes=4096),
        **_SHELL,
    )
    assert (tmp_path / "2" / "out" / "big").stat().st_size == 4096
    (tmp_path / "3").mkdir()
    outside = run(
        _script(tmp_path / "3", f"echo x > {tmp_path}/outside || echo x > ../in/inside"),
        place=tmp_path / "3",
        **_SHELL,
    )
    assert not outside.ok
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "3" / "in" / "inside").exists()
    assert big.in_time


def test_the_cache_keeps_what_was_used_last(tmp_path: Path) -> None:
    """An entry is whole or not there; the oldest go first."""
    kept = Cache(tmp_path / "cache")
    for index, key in enumerate(("aaaa", "bbbb", "cccc")):
        path = kept.put(key, ".o", bytes(1000))
        os.utime(path, (index, index))
    assert kept.get("aaaa", ".o") is not None  # used now
    assert kept.trim(keep_bytes=2000) == 1
    assert [key for key in ("aaaa", "bbbb", "cccc") if kept.get(key, ".o")] == ["aaaa", "cccc"]


def test_a_part_for_the_gpu_that_does_not_compile_costs_that_part_alone(make: Make) -> None:
    """The op keeps what it does on the CPU, and the error is told where the GPU is graded."""
    old = "namespace kernels {\n"
    text = (ROOT / "student" / "kernels" / "quantized_matmul.cpp").read_text()
    broken = text.replace(old, f"#ifdef _METAL_\nint gpu = nothing;\n#endif\n{old}", 1)
    copy, built = make(ROOT / "student", {"kernels/quantized_matmul.cpp": broken})
    assert built.missing == {}
    assert list(built.cpu_only) == ["quantized_matmul.cpp"]
    assert "'nothing' was not declared" in built.cpu_only["quantized_matmul.cpp"]
    with _worker(copy, built) as worker:
        assert worker.exports("quantized_matmul")
