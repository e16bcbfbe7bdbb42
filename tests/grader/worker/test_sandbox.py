"""The sandbox as a whole: MLX goes on working inside, and each layer holds what no other does."""

from __future__ import annotations

import json
import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import confined
import pytest

from grader.worker import landlock, privileges, readable, sandbox

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or landlock.abi() == 0, reason="needs Linux with Landlock (5.13 or newer)"
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only a grader that runs as root has a user to become")

# Shorthand that the confined code below starts with: the name of the error, or "done".
OUTCOME = """
import ctypes, errno, os
def outcome(function, *arguments):
    try:
        function(*arguments)
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]
"""


def only(*layers: str) -> list[str]:
    return [name for name in sandbox.LAYERS if name not in layers]


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A temporary folder that every user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_every_layer_is_active_and_says_so(tmp_path: Path) -> None:
    """The states of a worker under the full policy begin with "active", and nothing required is missing."""
    states = confined.answer("answer = states", tmp_path)
    expected = dict.fromkeys(sandbox.LAYERS, "active")
    if not confined.ROOT:
        expected |= {"namespaces": "off", "uid": "off"}
    assert {name: state.split()[0] for name, state in states.items()} == expected
    assert sandbox.missing(states) == ()


def test_mlx_computes_inside(tmp_path: Path) -> None:
    """Products, random numbers, quantization, linear algebra, half precisions and threads work confined."""
    code = """
import threading, numpy as np, mlx.core as mx
mx.random.seed(3)
a = mx.random.normal((64, 64))
packed = mx.quantize(a, group_size=32, bits=8)
back = mx.dequantize(*packed, group_size=32, bits=8)
product = mx.quantized_matmul(a, *packed, transpose=True, group_size=32, bits=8)
found = []
threads = [threading.Thread(target=lambda n=n: found.append(mx.sum(mx.ones((n, 8)), stream=mx.cpu).item()))
           for n in range(1, 5)]
for thread in threads: thread.start()
for thread in threads: thread.join()
small = mx.arange(4).reshape(2, 2)
answer = {
    "matmul": (small @ mx.eye(2)).tolist(),
    "float16": (small.astype(mx.float16) @ mx.eye(2, dtype=mx.float16)).tolist(),
    "bfloat16": (small.astype(mx.bfloat16) @ mx.eye(2, dtype=mx.bfloat16)).tolist(),
    "softmax": mx.softmax(mx.zeros((2, 4)), axis=-1).tolist(),
    "norm": mx.linalg.norm(mx.array([3.0, 4.0])).item(),
    "quantized": bool(mx.all(mx.abs(back - a) < 0.05)) and bool(mx.all(mx.abs(product - a @ back.T) < 1e-2)),
    "svd": np.linalg.svd(np.diag([2.0, 1.0]))[1].tolist(),
    "same seed": mx.array_equal(mx.random.normal((8,), key=mx.random.key(5)),
                                mx.random.normal((8,), key=mx.random.key(5))).item(),
    "threads": sorted(found),
}
"""
    assert confined.answer(code, tmp_path, mlx=True) == {
        "matmul": [[0, 1], [2, 3]],
        "float16": [[0, 1], [2, 3]],
        "bfloat16": [[0, 1], [2, 3]],
        "softmax": [[0.25] * 4] * 2,
        "norm": 5.0,
        "quantized": True,
        "svd": [2.0, 1.0],
        "same seed": True,
        "threads": [8.0, 16.0, 24.0, 32.0],
    }


def test_mlx_reads_a_checkpoint_and_saves_none(tmp_path: Path) -> None:
    """Weights load from a folder that the policy names; saving is refused, there and beside it."""
    import mlx.core as mx

    weights = tmp_path / "weights"
    weights.mkdir()
    mx.save_safetensors(str(weights / "a.safetensors"), {"w": mx.arange(3)})
    root = tmp_path / "root"
    root.mkdir()
    code = """
import mlx.core as mx
def save(path):
    try:
        mx.save(path, mx.arange(3))
        return "saved"
    except Exception as error:
        return "refused"
loaded = mx.load(order["more"] + "/a.safetensors")["w"].tolist()
answer = [loaded, save(order["more"] + "/b.npy"), save("/tmp/b.npy")]
"""
    done = confined.answer(code, root, mlx=True, more=str(weights), readable_paths=[weights])
    assert done == [[0, 1, 2], "refused", "refused"]
    assert sorted(p.name for p in weights.iterdir()) == ["a.safetensors"]


def test_the_standard_library_can_still_be_imported(tmp_path: Path) -> None:
    """Modules that were not loaded before import inside, with their compiled parts and libraries."""
    modules = (
        "asyncio bz2 concurrent.futures ctypes decimal hashlib json lzma multiprocessing random sqlite3 ssl "
    )
    modules += "statistics tempfile unittest uuid zlib zoneinfo"
    code = "import importlib\nanswer = [importlib.import_module(m).__name__ for m in order['more']]"
    assert confined.answer(code, tmp_path, more=modules.split()) == modules.split()


def test_other_packages_are_out_of_reach(tmp_path: Path) -> None:
    """PyTorch and the grader can be neither read nor listed, while MLX and the submission can."""
    (tmp_path / "mine.py").write_text("x = 1\n")
    site = sysconfig.get_path("purelib")
    project = Path(sandbox.__file__).parents[2]
    paths = {
        "torch": f"{site}/torch/__init__.py",
        "transformers": f"{site}/transformers/__init__.py",
        "grader": str(project / "grader" / "result.py"),
        "mlx": f"{site}/mlx/nn/__init__.py",
        "submission": str(tmp_path / "mine.py"),
    }
    code = OUTCOME + "answer = {name: outcome(open, path) for name, path in order['more'].items()}"
    assert confined.answer(code, tmp_path, more=paths) == {
        "torch": "EACCES",
        "transformers": "EACCES",
        "grader": "EACCES",
        "mlx": "done",
        "submission": "done",
    }


def test_no_rule_covers_what_must_stay_hidden() -> None:
    """No rule for the interpreter covers PyTorch, the project, the home folder or site-packages."""
    site = Path(sysconfig.get_path("purelib")).resolve()
    hidden = [site, site / "torch", site / "transformers", Path(sandbox.__file__).parents[2], Path.home()]
    opened = [Path(path).resolve() for kind, path in readable.interpreter() if kind != "list"]
    assert [(h, o) for h in hidden for o in opened if h.is_relative_to(o)] == []


@pytest.mark.parametrize(
    ("attempt", "held_by"),
    [
        ("open, order['more']", "landlock"),
        ("os.listdir, '/'", "landlock"),
        ("os.open, order['more'], os.O_WRONLY", "landlock"),
        ("open, '/proc/self/environ'", "landlock"),
        ("__import__('socket').socketpair", "seccomp"),
        ("lambda: os.fork() or os._exit(0),", "seccomp"),
        ("os.posix_spawn, '/bin/true', ['true'], {}", "landlock seccomp"),
        ("os.setsid,", "seccomp"),
        ("os.sched_setaffinity, 0, {0}", "seccomp"),
        ("os.memfd_create, 'x'", "seccomp"),
        ("__import__('fcntl').fcntl, 0, 8, os.getppid()", "seccomp"),
        ("os.kill, os.getppid(), 0", "landlock seccomp uid"),
        ("os.mkdir, order['more'] + '-made'", "landlock seccomp uid"),
    ],
)
def test_each_layer_holds_its_own(tmp_path: Path, attempt: str, held_by: str) -> None:
    """An attempt is refused under each layer alone that should hold it, and gets through under the others.

    So neither Landlock nor the filter could be left out.
    """
    secret = tmp_path / "secret"
    secret.write_text("x")
    secret.chmod(0o666)
    root = tmp_path / "root"
    root.mkdir()
    code = f"{OUTCOME}\nanswer = outcome({attempt.rstrip(',')})"
    refused = []
    for layer in ("landlock", "seccomp", *(["uid"] if confined.ROOT else [])):
        done = confined.answer(code, root, more=str(secret), off=only(layer, "no_new_privs"))
        if done != "done":
            assert done in ("EPERM", "EACCES")
            refused.append(layer)
        shutil.rmtree(f"{secret}-made", ignore_errors=True)
    expected = [layer for layer in held_by.split() if layer != "uid" or confined.ROOT]
    assert refused == expected


def test_limits_are_as_the_policy_says(tmp_path: Path) -> None:
    """The hard limits inside are the policy's, and the process cannot set them again."""
    code = """
import resource as r
names = "AS CPU FSIZE NOFILE CORE MEMLOCK MSGQUEUE".split()
answer = {n: r.getrlimit(getattr(r, "RLIMIT_" + n)) for n in names}
try:
    r.prlimit(0, r.RLIMIT_CORE, (0, 0))
except PermissionError:
    answer["set"] = "refused"
"""
    assert confined.answer(code, tmp_path, memory_bytes=1 << 30, cpu_s=7, open_files=50) == {
        "AS": [3 << 30, 3 << 30],
        "CPU": [7, 8],
        "FSIZE": [0, 0],
        "NOFILE": [50, 50],
        "CORE": [0, 0],
        "MEMLOCK": [0, 0],
        "MSGQUEUE": [0, 0],
        "set": "refused",
    }


def test_processor_time_ends_the_process(tmp_path: Path) -> None:
    """A loop that uses up its CPU seconds dies of SIGXCPU."""
    assert confined.run("while True: pass", tmp_path, cpu_s=1).returncode == -24


@as_root
def test_the_user_owns_nothing(tmp_path: Path) -> None:
    """A root grader's worker has an unused user and group, no other, and at most the right to read files."""
    code = """
lines = dict(line.split(":", 1) for line in open("/proc/self/status").read().splitlines())
answer = [os.getresuid(), os.getresgid(), os.getgroups(),
          {n: int(lines[n], 16) for n in ("CapPrm", "CapEff", "CapInh", "CapBnd", "CapAmb")}]
"""
    uid = sandbox.uid_for(tmp_path)
    policy = sandbox.policy(root=tmp_path)
    kept = 1 << privileges.CAP_DAC_READ_SEARCH if policy["keep_read"] else 0
    none = {"CapInh": 0, "CapBnd": 0, "CapAmb": 0}
    code = "import os\n" + code
    assert confined.answer(code, tmp_path, off=["landlock"]) == [
        [uid] * 3,
        [uid] * 3,
        [],
        {"CapPrm": kept, "CapEff": kept} | none,
    ]


@as_root
def test_the_right_to_read_is_kept_only_if_needed_and_named(tmp_path: Path, open_place: Path) -> None:
    """A folder that only root can enter makes the worker keep one capability, and the state says so."""
    tmp_path.chmod(0o700)
    states = confined.answer("answer = states", tmp_path)
    assert "keeps CAP_DAC_READ_SEARCH" in states["uid"]
    assert not readable.by_everybody(tmp_path)
    weights = open_place / "weights"
    weights.mkdir()
    (weights / "model.safetensors").write_bytes(b"x")
    (weights / "model.safetensors").chmod(0o600)
    assert sandbox.policy(root=open_place, readable_paths=[weights])["keep_read"]
    assert readable.by_everybody(Path("/dev/null"))


@as_root
def test_threads_are_bounded(tmp_path: Path) -> None:
    """With a user of its own, a worker gets no more threads than the policy says."""
    code = """
import threading
stop = threading.Event()
answer = 1
try:
    while answer < 100:
        threading.Thread(target=stop.wait, daemon=True).start()
        answer += 1
except RuntimeError:
    pass
stop.set()
"""
    assert confined.answer(code, tmp_path, max_threads=9) == 9


@as_root
def test_the_network_is_another(tmp_path: Path) -> None:
    """In its own network namespace the process sees the loop-back device only."""
    code = "answer = [line.split(':')[0].strip() for line in open('/proc/self/net/dev').readlines()[2:]]"
    devices = confined.answer(code, tmp_path, off=only("namespaces"))
    assert [name for name in devices if name not in ("lo", "sit0", "tunl0", "ip6tnl0")] == []


def test_the_parents_death_still_ends_it(tmp_path: Path) -> None:
    """The signal for the parent's death, which the kernel forgets when the user changes, is set again."""
    code = """
import ctypes
number = ctypes.c_int(0)
ctypes.CDLL(None).prctl(2, ctypes.byref(number))
answer = number.value
"""
    assert confined.answer(code, tmp_path, off=["seccomp"]) == 9


def test_landlock_refuses_to_hold_one_thread_of_two(tmp_path: Path) -> None:
    """With a second thread running the layer says "unavailable" and confines nothing."""
    code = """
import sys, threading
stop = threading.Event()
threading.Thread(target=stop.wait).start()
policy = {**order["policy"], "off": ["uid", "namespaces", "seccomp"]}
answer = sys.modules["loose.sandbox"].apply(policy)["landlock"]
stop.set()
"""
    state = confined.answer(code, tmp_path, off=sandbox.LAYERS)
    assert state == "unavailable: 2 threads run already, Landlock would hold only one of them"


def test_a_compiler_works_in_the_build_phase_and_stays_inside(open_place: Path) -> None:
    """With fork_ok a C++ file compiles into the writable folder; files, sockets, processes stay shut."""
    if not shutil.which("g++"):
        pytest.skip("no g++")
    out, root, secret = open_place / "out", open_place / "root", open_place / "secret"
    for folder in (out, root):
        folder.mkdir()
    secret.write_text("x")
    secret.chmod(0o644)
    (root / "a.cpp").write_text("#include <vector>\nint f() { return std::vector<int>(3).size(); }\n")
    if confined.ROOT:
        os.chown(out, sandbox.uid_for(root), -1)
    code = """
import socket, subprocess
source, out, secret = order["more"]
done = subprocess.run(["g++", "-shared", "-fPIC", "-o", out + "/a.so", source],
                      env={"PATH": "/usr/bin:/bin", "TMPDIR": out}, capture_output=True, text=True)
answer = [done.stderr, done.returncode, outcome(open, secret), outcome(socket.socket),
          outcome(os.kill, os.getppid(), 0), outcome(open, "/tmp/made-by-a-build", "w")]
"""
    answer = confined.answer(
        OUTCOME + code,
        root,
        more=[str(root / "a.cpp"), str(out), str(secret)],
        fork_ok=True,
        writable=[out],
        runnable=[Path(p) for p in ("/usr", "/lib", "/lib64", "/bin") if Path(p).exists()],
        file_bytes=64 << 20,
    )
    assert answer == ["", 0, "EACCES", "EPERM", "EPERM", "EACCES"]
    assert (out / "a.so").stat().st_size > 1000


def test_a_policy_is_plain_json(tmp_path: Path) -> None:
    """A policy survives the way to the worker unchanged."""
    policy = sandbox.policy(root=tmp_path, readable_paths=[tmp_path])
    assert json.loads(json.dumps(policy)) == policy


def test_reports_name_the_numbers(tmp_path: Path) -> None:
    """What the limits hold is said with the policy's numbers."""
    policy = sandbox.policy(root=tmp_path, cpu_s=60) | {"uid": None}
    policy["limits"]["processes"] = 64
    expected = "address space 6 GiB, CPU 60 s, 64 threads, 128 descriptors, files of 0 bytes, no core file"
    assert sandbox.layers(policy)["rlimits"] == expected
    assert tuple(sandbox.layers(policy)) == sandbox.LAYERS


def test_a_policy_that_opens_too_much_is_refused(tmp_path: Path) -> None:
    """The grader's own folder, a foreign package folder, an unknown layer and stray build folders raise."""
    project = Path(sandbox.__file__).parents[2]
    with pytest.raises(ValueError, match="holds the grader itself"):
        sandbox.policy(root=project)
    with pytest.raises(ValueError, match="holds the grader itself"):
        sandbox.policy(root=tmp_path, readable_paths=[Path("/")])
    with pytest.raises(ValueError, match="does not lie below root"):
        sandbox.policy(root=tmp_path, package_dir=tmp_path.parent)
    with pytest.raises(ValueError, match=r"layers to leave out are \['seecomp'\]"):
        sandbox.policy(root=tmp_path, off=["seecomp"])
    with pytest.raises(ValueError, match="need fork_ok=True"):
        sandbox.policy(root=tmp_path, writable=[tmp_path])


def test_missing_layers_are_named_with_their_state() -> None:
    """A required layer that is off, unavailable or not reported is missing; an optional one never is."""
    active = dict.fromkeys(sandbox.LAYERS, "active")
    assert sandbox.missing(active, "Linux") == ()
    assert sandbox.missing(active | {"uid": "off", "namespaces": "unavailable: x"}, "Linux") == ()
    assert sandbox.missing(active | {"landlock": "unavailable: old kernel"}, "Linux") == (
        "landlock (unavailable: old kernel)",
    )
    assert sandbox.missing({"rlimits": "active"}, "Darwin") == ("sandbox-exec (off)",)
    assert sandbox.missing({}, "Plan9") == (
        "landlock (off)",
        "no_new_privs (off)",
        "rlimits (off)",
        "seccomp (off)",
    )
