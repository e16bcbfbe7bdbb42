"""Each way of going wrong has its kind, costs one call, and leaves nothing behind."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from grader.errors import CannotJudge
from grader.worker.client import Fault, Worker

Basics = Callable[..., Worker]

HOSTILE = """
    import ctypes, os, signal, sys, threading, time
    import mlx.core as mx

    def loop():
        while True: pass

    def loop_in_c():
        sum(range(1 << 60))

    def segfault():
        ctypes.string_at(0)

    def abort():
        os.abort()

    def recursion_in_c():
        import pickle
        x = []
        for _ in range(10_000_000): x = [x]
        sys.setrecursionlimit(1 << 30)
        return repr(x)

    def exit_now():
        os._exit(3)

    def sys_exit():
        sys.exit("done")

    def hold_memory():
        blocks = []
        while True:
            blocks.append(bytearray(b"x") * (1 << 22))
            time.sleep(0.005)

    def ask_for_memory():
        return bytearray(1 << 50)

    def explode_lazily():
        return mx.broadcast_to(mx.zeros((1,)), (1 << 20, 1 << 20))

    def explode_inside():
        return (mx.zeros((45_000, 45_000)) + 1).sum()

    def flood():
        while True: print("x" * 1000)

    def threads():
        for _ in range(80):
            threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
        time.sleep(30)

    def deep():
        x = []
        for _ in range(50): x = [x]
        return x

    def cyclic():
        x = []
        x.append(x)
        return x

    def many():
        return [0] * 200_000

    def surrogate():
        return "\\ud800"

    def fine():
        return "fine"
"""


@pytest.mark.parametrize(
    ("name", "kind", "exception", "text"),
    [
        ("loop", "TIMEOUT", "", "no result within 0.5 s"),
        ("loop_in_c", "TIMEOUT", "", "no result within 0.5 s"),
        ("segfault", "CRASH", "SIGSEGV", "it used memory that is not its own"),
        ("abort", "CRASH", "SIGABRT", "compiled code called abort (SIGABRT)"),
        ("exit_now", "EXIT", "3", "the process ended itself with status 3"),
        ("sys_exit", "EXIT", "done", "it ended itself: SystemExit(done)"),
        ("ask_for_memory", "MEMORY", "MemoryError", "it could not get the memory"),
        ("explode_lazily", "MEMORY", "TooLarge", "the result holds 4398046511104 bytes, the limit is"),
    ],
)
def test_fault_has_its_kind(basics: Basics, name: str, kind: str, exception: str | None, text: str) -> None:
    """Kind, detail and text of the faults that a call brings upon itself; the process is gone."""
    worker = basics(HOSTILE)
    with pytest.raises(Fault) as caught:
        worker.call(f"basics.{name}", deadline_s=0.5 if kind == "TIMEOUT" else 20)
    fault = caught.value
    assert (fault.kind, fault.text[: len(text)]) == (kind, text)
    assert exception is None or fault.exception == exception
    assert not worker.alive


def test_too_large_intermediate_array_is_contained(basics: Basics) -> None:
    """MLX does not check refused allocations, so it may crash before it can say that memory ran out."""
    worker = basics(HOSTILE)
    with pytest.raises(Fault) as caught:
        worker.call("basics.explode_inside", deadline_s=20)
    assert (caught.value.kind, caught.value.exception) in [("CRASH", "SIGSEGV"), ("MEMORY", "MemoryError")]
    assert not worker.alive


@pytest.mark.parametrize(
    ("name", "limit", "kind", "text"),
    [
        ("hold_memory", {"memory_bytes": 300 << 20}, "MEMORY", "it held more than 300 MiB of memory"),
        ("flood", {"output_bytes": 1 << 16}, "OUTPUT", "it printed more than 65536 bytes in one call"),
        ("threads", {"max_threads": 90}, "TIMEOUT", "no result within 1.5 s"),
        ("loop", {"cpu_s": 1}, "TIMEOUT", "it used more than 1 s of CPU time"),
    ],
)
def test_watchdog_limit_is_held(
    basics: Basics, name: str, limit: dict[str, int], kind: str, text: str
) -> None:
    """A limit of the specification ends the process; a thread count below it does not."""
    worker = basics(HOSTILE, **limit)
    with pytest.raises(Fault) as caught:
        worker.call(f"basics.{name}", deadline_s=1.5 if name == "threads" else 20)
    assert (caught.value.kind, caught.value.text) == (kind, text)
    assert not worker.alive


def test_too_many_threads_end_the_process(basics: Basics) -> None:
    """Where the system does not refuse them first, the watchdog counts threads."""
    worker = basics(HOSTILE, max_threads=16)
    with pytest.raises(Fault) as caught:
        worker.call("basics.threads", deadline_s=10)
    fault = caught.value
    assert (fault.kind, fault.text) in [
        ("THREADS", "it ran more than 16 threads"),
        ("ERROR", "can't start new thread"),  # the resource limit was faster
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep", "the result is nested more than 32 levels deep"),
        ("cyclic", "the result is nested more than 32 levels deep"),
        ("many", "more than 100000 values"),
        ("surrogate", "a string holds a lone surrogate, which is not valid Unicode"),
    ],
)
def test_result_that_cannot_travel_is_an_error(basics: Basics, name: str, text: str) -> None:
    """An honest mistake in the result's form is an ERROR that says so; the worker lives on."""
    worker = basics(HOSTILE)
    with pytest.raises(Fault) as caught:
        worker.call(f"basics.{name}")
    assert (caught.value.kind, caught.value.text) == ("ERROR", text)
    assert worker.call("basics.fine").value == "fine"


def test_exception_shows_the_students_frames_only(basics: Basics) -> None:
    """Type, text, frames with source lines and what was printed; none of the grader's frames."""
    worker = basics(
        """
        def outer(x):
            print("working")
            return inner(x)

        def inner(x):
            return x / 0
        """
    )
    with pytest.raises(Fault) as caught:
        worker.call("basics.outer", [1])
    fault = caught.value
    assert (fault.kind, fault.exception, fault.text) == ("ERROR", "ZeroDivisionError", "division by zero")
    assert fault.printed == "working\n"
    assert fault.traceback == (
        "tiny_llm/basics.py:4 in outer: return inner(x)",
        "tiny_llm/basics.py:7 in inner: return x / 0",
    )
    assert worker.alive


@pytest.mark.parametrize(
    ("body", "exception", "text"),
    [
        ("raise Loud()", "Loud", "<the exception has no text>"),
        ("raise type('\\x1b[31m' + 'N' * 500, (Exception,), {})('t')", "?[31m" + "N" * 75, "t"),
        ("raise ValueError('\\x1b]0;title\\x07<b>\\u202e')", "ValueError", "\\x1b]0;title\\x07<b>\\u202e"),
        ("raise ValueError('\\ud800')", "ValueError", "\\ud800"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", ""),
        ("raise GeneratorExit('over')", "GeneratorExit", "over"),
        ("return Loud()[0]", "TypeError", "'Loud' object is not subscriptable"),
    ],
)
def test_hostile_exception_is_reported_cleaned(basics: Basics, body: str, exception: str, text: str) -> None:
    """Names and texts of exceptions are capped and visible, and every exception is caught."""
    worker = basics(
        f"""
        class Loud(Exception):
            def __str__(self): raise RuntimeError("from __str__")
        def run():
            {body}
        """
    )
    with pytest.raises(Fault) as caught:
        worker.call("basics.run")
    fault = caught.value
    assert (fault.kind, fault.exception, fault.text) == ("ERROR", exception, text)
    assert worker.alive


def test_worker_is_started_again_after_a_fault(basics: Basics) -> None:
    """A fault costs its own call: the same worker object starts anew and answers."""
    worker = basics(HOSTILE)
    first = worker.call("basics.fine").cpu_s
    with pytest.raises(Fault):
        worker.call("basics.exit_now")
    with pytest.raises(CannotJudge, match="before it is started, or after it has ended"):
        worker.call("basics.fine")
    worker.start()
    assert worker.load().ok
    assert worker.call("basics.fine").value == "fine"
    assert worker.cpu_s() >= first  # CPU time adds up over processes


def test_process_is_gone_after_stop(basics: Basics) -> None:
    """Stopping ends the process, also when it ignores signals, and closes every descriptor."""
    before = sorted(os.listdir("/proc/self/fd"))
    worker = basics(
        """
        import signal
        for number in range(1, 32):
            try: signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError): pass
        def pid():
            import os
            return os.getpid()
        """
    )
    pid = worker.call("basics.pid").value
    assert os.path.exists(f"/proc/{pid}")
    worker.stop()
    worker.stop()
    assert not os.path.exists(f"/proc/{pid}")
    assert sorted(os.listdir("/proc/self/fd")) == before
