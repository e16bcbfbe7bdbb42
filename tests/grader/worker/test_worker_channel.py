"""A submission that finds the channel gains nothing by writing to it, reading from it or closing it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest

from grader.errors import CannotJudge
from grader.worker.client import Fault, Worker, WorkerSpec, Zygote

Basics = Callable[..., Worker]

# what a submission can know: the channel's descriptor and the frames' format
FORGER = """
    import json, os, struct, threading, time

    FD = 3

    def frame(tree, payload=b"", magic=b"GRD1", header_bytes=None, payload_bytes=None):
        header = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
        sizes = (header_bytes or len(header), len(payload) if payload_bytes is None else payload_bytes)
        return struct.pack("<4sIQ", magic, *sizes) + header + payload

    def reply(number, value="forged"):
        return {"d": [["id", number], ["ok", [value, None]]]}

    def write(data):
        while data:
            data = data[os.write(FD, data):]

    def forge_this(number):
        write(frame(reply(number)))
        return "honest"

    def forge_and_wait(number):
        write(frame(reply(number)))
        time.sleep(60)

    def forge_next(number):
        write(frame(reply(number + 1)))
        return "honest"

    def forge_later(number):
        def later():
            time.sleep(0.3)
            write(frame(reply(number + 1)))
        threading.Thread(target=later).start()
        return "honest"

    def garbage():
        write(b"garbage" * 100)

    def other_magic():
        write(frame(reply(1), magic=b"GRD0"))

    def announce_too_much():
        write(frame(b"null", payload_bytes=1 << 62))

    def truncated():
        write(frame(b"null", header_bytes=100))
        time.sleep(60)

    def no_dict():
        write(frame([1, 2]))
        time.sleep(60)

    def neither():
        write(frame({"d": [["id", 1], ["err", 5]]}))
        time.sleep(60)

    def wrong_form():
        write(frame({"d": [["id", 1], ["ok", {"t": [1]}]]}))
        time.sleep(60)

    def call_back():
        ask = [["cb", "secret"], ["method", ""], ["args", []], ["kwargs", {"d": []}]]
        write(frame({"d": [["id", 1], *ask]}))
        time.sleep(60)

    def call_back_badly():
        ask = [["cb", ["secret"]], ["method", 5], ["args", 1], ["kwargs", None]]
        write(frame({"d": [["id", 1], *ask]}))
        time.sleep(60)

    def close_channel():
        os.close(FD)

    def close_everything():
        os.closerange(0, 200)

    def close_and_stay():
        os.close(FD)
        time.sleep(60)

    def replace_channel():
        os.dup2(1, FD)

    def fine():
        return "fine"
"""


def fault_of(worker: Worker, target: str, *args: object, deadline_s: float = 5) -> Fault:
    with pytest.raises(Fault) as caught:
        worker.call(target, args, deadline_s=deadline_s)
    return caught.value


def value_or_kind(worker: Worker, target: str, *args: object) -> object:
    try:
        return worker.call(target, args).value
    except Fault as fault:
        return fault.kind


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("garbage", "its reply cannot be read: frame does not start with the magic bytes"),
        ("other_magic", "its reply cannot be read: frame does not start with the magic bytes"),
        ("announce_too_much", "its reply cannot be read: payload of 4611686018427387904 bytes is over"),
        ("no_dict", "its reply does not belong to the call"),
        ("neither", "its reply is neither a result nor an error"),
        ("wrong_form", "its reply has not the form of a result"),
        ("call_back", "it called back for something that does not exist"),
        ("call_back_badly", "it called back for something that does not exist"),
        ("close_channel", "it closed the grader's channel"),
        ("close_everything", "it closed the grader's channel"),
        ("close_and_stay", "it closed the grader's channel"),
        ("replace_channel", "it closed the grader's channel"),
    ],
)
def test_abuse_of_the_channel_is_a_protocol_fault(basics: Basics, name: str, text: str) -> None:
    """Whatever is written there by hand ends the process with PROTOCOL, at once."""
    worker = basics(FORGER)
    worker._request = 0  # so that the submission can know the id of its call
    started = time.monotonic()
    fault = fault_of(worker, f"basics.{name}")
    assert (fault.kind, fault.text[: len(text)]) == ("PROTOCOL", text)
    assert time.monotonic() - started < 3
    assert not worker.alive


def test_forged_result_where_a_handle_is_due_is_a_protocol_fault(basics: Basics) -> None:
    """A call that keeps its result in the worker returns a handle, or the process ends."""
    worker = basics(FORGER)
    worker._request = 0
    with pytest.raises(Fault) as caught:
        worker.call("basics.forge_and_wait", [1], as_handle=True)
    assert (caught.value.kind, caught.value.text) == ("PROTOCOL", "its reply has not the form of a result")
    assert not worker.alive


def test_truncated_frame_ends_at_the_deadline(basics: Basics) -> None:
    """A frame that never ends is a call that never ends."""
    fault = fault_of(basics(FORGER), "basics.truncated", deadline_s=0.5)
    assert (fault.kind, fault.text) == ("TIMEOUT", "no result within 0.5 s")


@pytest.mark.parametrize("name", ["forge_this", "forge_next"])
def test_second_reply_is_never_used(basics: Basics, name: str) -> None:
    """A forged reply is at most the result of its own call; the process does not survive it."""
    worker = basics(FORGER)
    number = worker._request + 1
    outcome = value_or_kind(worker, f"basics.{name}", number)
    assert outcome in ("forged" if name == "forge_this" else "PROTOCOL", "PROTOCOL")
    time.sleep(0.1)
    assert not worker.alive


def test_reply_between_two_calls_is_never_used(basics: Basics) -> None:
    """Bytes that come while nothing is asked are noticed before the next call is made."""
    worker = basics(FORGER)
    assert worker.call("basics.forge_later", [worker._request + 1]).value == "honest"
    time.sleep(0.6)
    line = worker._line
    assert line is not None
    assert line.has_extra()
    fault = fault_of(worker, "basics.fine")
    assert fault.kind == "PROTOCOL"
    assert fault.text == "it wrote to the grader's channel although nothing had been asked"


def test_worker_killed_from_outside_is_named(basics: Basics) -> None:
    """A process that the system kills is reported as such, between calls and in a call."""
    worker = basics(FORGER)
    child = worker._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    assert fault_of(worker, "basics.fine").kind == "MEMORY"
    assert not worker.alive


def test_zygote_that_died_is_started_again(basics: Basics, zygote: Zygote) -> None:
    """Its workers die with it; the next start has a new one."""
    first = basics(FORGER)
    assert zygote.pid is not None
    os.kill(zygote.pid, signal.SIGKILL)
    child = first._child
    assert child is not None
    assert child.exited(5)
    with pytest.raises(CannotJudge, match="the process that starts workers has ended"):
        first.call("basics.fine")
    first.start()
    assert first.load().ok
    assert first.call("basics.fine").value == "fine"


def test_worker_runs_without_a_zygote(basics: Basics) -> None:
    """Executed directly, with the same sandbox."""
    spec: WorkerSpec = basics(FORGER).spec
    with Worker(spec, None) as worker:
        assert worker.load().ok
        assert worker.call("basics.fine").value == "fine"
        assert worker.sandbox["seccomp"].startswith("active")
        fault = fault_of(worker, "basics.close_channel")
        assert fault.kind == "PROTOCOL"
