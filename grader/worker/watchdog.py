"""The conversation with one worker under watch, in one loop without threads; the grader's side.

Sends and receives whole frames, and meanwhile holds the limits that the worker cannot be trusted with:
deadline, resident memory, number of threads, amount of output. Whatever breaks one ends the process and
comes out as a `Fault`. Knows the wire and the process, nothing about calls or the course.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import time
from dataclasses import dataclass
from typing import Any

from grader.errors import CannotJudge

from . import faults, wire
from .faults import Fault, clean
from .process import Child
from .zygote_protocol import CHANNEL_LOST, UNKNOWN_STATUS

LOOK_S = 0.05  # between two looks at memory and threads
KEPT_OUTPUT_BYTES = 64 << 10
INBOX_BYTES = 64 << 10
GRACE_S = 0.5  # between the end of the channel and the end of the process
_READ = select.POLLIN | select.POLLHUP | select.POLLERR


@dataclass(frozen=True)
class Bounds:
    """What one worker may use."""

    memory_bytes: int
    max_threads: int
    output_bytes: int  # in one call
    reply_bytes: int
    cpu_s: int


class Line:
    """The watched channel to one worker."""

    def __init__(self, child: Child, bounds: Bounds) -> None:
        self._child = child
        self._bounds = bounds
        self._limits = wire.Limits(payload_bytes=bounds.reply_bytes)
        self._inbox = bytearray(INBOX_BYTES)
        self._deadline = self._allowed_s = self._next_look = 0.0
        self._kept = bytearray()
        self._output_bytes = 0
        self._channel_fd = child.channel.fileno()
        self._poll = select.poll()
        self._poll.register(self._channel_fd, select.POLLIN)
        self._poll.register(child.output, select.POLLIN)
        if child.pidfd is not None:
            self._poll.register(child.pidfd, select.POLLIN)

    def begin(self, deadline_s: float) -> None:
        """Start the clock of one call, and forget what was printed before it.

        Raises:
            Fault: PROTOCOL, if the worker has sent something that nobody asked for.
        """
        self._drain()
        self._kept.clear()
        self._output_bytes = 0
        if self.has_extra():
            raise self.kill(
                faults.PROTOCOL, "it wrote to the grader's channel although nothing had been asked"
            )
        self._allowed_s = deadline_s
        now = time.monotonic()
        self._deadline = now + deadline_s
        self._next_look = now + LOOK_S

    def has_extra(self) -> bool:
        """Return whether bytes wait on the channel that belong to no reply."""
        try:
            return len(self._child.channel.recv(1, socket.MSG_PEEK)) > 0
        except OSError:
            return False

    def printed(self) -> str:
        """Return what the submission printed in this call, cleaned and capped."""
        self._drain()
        text = self._kept.decode("utf-8", "backslashreplace")
        return clean(text, KEPT_OUTPUT_BYTES)

    def send(self, value: object) -> None:
        """Send one value; an unencodable one is the grader's own mistake."""
        views = [memoryview(buffer) for buffer in wire.pack(value)]
        while views:
            try:
                sent = os.writev(self._channel_fd, views[:64])
            except BlockingIOError:
                self._wait(writing=True)
                continue
            except OSError:
                raise self._lost() from None
            while views and sent >= len(views[0]):
                sent -= len(views.pop(0))
            if sent:
                views[0] = views[0][sent:]

    def receive(self) -> Any:
        """Return the next value from the worker.

        Raises:
            Fault: any kind but ERROR; the process has been killed.
        """
        try:
            return self._receive()
        except wire.ProtocolError as error:
            raise self.kill(faults.PROTOCOL, f"its reply cannot be read: {error}") from None
        except MemoryError:
            raise self.kill(faults.PROTOCOL, "its reply is too large for the grader's memory") from None

    def kill(self, kind: str, text: str, exception: str = "") -> Fault:
        """End the process and return the fault, to be raised by the caller."""
        printed = self.printed()
        self._child.kill()
        return Fault(kind, text, exception, (), printed)

    def _receive(self) -> Any:
        view = memoryview(self._inbox)
        got = self._read_into(view, 0, wire.PREFIX.size)
        header_bytes, payload_bytes = wire.unpack_prefix(view[: wire.PREFIX.size], self._limits)
        start = wire.PREFIX.size + header_bytes
        size = start + payload_bytes
        if got > size:
            raise wire.ProtocolError("more bytes follow the reply")
        if size > len(view):
            frame = bytearray(size)
            frame[:got] = view[:got]
            view = memoryview(frame)
        self._read_into(view[:size], got, size)
        return wire.unpack(bytes(view[wire.PREFIX.size : start]), view[start:size], self._limits)

    def _read_into(self, view: memoryview, got: int, needed: int) -> int:
        while got < needed:
            self._wait(writing=False)
            try:
                count = self._child.channel.recv_into(view[got:])
            except BlockingIOError:
                continue
            except OSError:
                raise self._lost() from None
            if count == 0:
                raise self._lost()
            got += count
        return got

    def _wait(self, writing: bool) -> None:
        """Return when the channel can be read or written; look at the limits meanwhile."""
        if writing:
            self._poll.modify(self._channel_fd, select.POLLOUT)
        try:
            while not self._step():
                pass
        finally:
            if writing and not self._child.channel._closed:  # type: ignore[attr-defined]
                self._poll.modify(self._channel_fd, select.POLLIN)

    def _step(self) -> bool:
        now = time.monotonic()
        if now >= self._deadline:
            raise self.kill(faults.TIMEOUT, f"no result within {self._allowed_s:g} s")
        if now >= self._next_look:
            self._look()
            self._next_look = now + LOOK_S
        events = dict(self._poll.poll(1000 * min(LOOK_S, self._deadline - now) + 1))
        if events.get(self._child.output, 0):
            self._drain()
            if self._output_bytes > self._bounds.output_bytes:
                raise self.kill(
                    faults.OUTPUT, f"it printed more than {self._bounds.output_bytes} bytes in one call"
                )
        if self._channel_fd in events:
            return True
        if self._child.pidfd is not None and self._child.pidfd in events:
            raise self._lost()
        return False

    def _look(self) -> None:
        resident, threads = self._child.usage()
        if resident > self._bounds.memory_bytes:
            raise self.kill(faults.MEMORY, f"it held more than {_mib(self._bounds.memory_bytes)} of memory")
        if threads > self._bounds.max_threads:
            raise self.kill(faults.THREADS, f"it ran more than {self._bounds.max_threads} threads")

    def _drain(self) -> None:
        """Take what is in the output pipe, at most a little over what the cap allows."""
        while self._output_bytes <= self._bounds.output_bytes:
            try:
                data = os.read(self._child.output, 1 << 16)
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    self._forget_output()
                return
            if not data:
                self._forget_output()
                return
            self._output_bytes += len(data)
            room = KEPT_OUTPUT_BYTES - len(self._kept)
            if room > 0:
                self._kept += data[:room]

    def _forget_output(self) -> None:
        """The submission closed its output: stop polling a pipe that would be ready for ever."""
        try:
            self._poll.unregister(self._child.output)
        except (KeyError, ValueError):
            return

    def _lost(self) -> Fault:
        """Return the fault for a channel that has ended: by the way in which the process ended, if it did.

        Raises:
            CannotJudge: it was ended together with the zygote, which is no fault of the submission.
        """
        exited = self._child.exited(GRACE_S)
        printed = self.printed()
        cpu_s = self._child.cpu_s()
        status = self._child.kill()
        if status == UNKNOWN_STATUS:
            raise CannotJudge("the process that starts workers has ended, and a worker with it")
        if not exited or status == CHANNEL_LOST:
            return Fault(faults.PROTOCOL, "it closed the grader's channel", printed=printed)
        return _death(status, printed, cpu_s >= 0.9 * self._bounds.cpu_s, self._bounds)


def _death(status: int, printed: str, cpu_used_up: bool, bounds: Bounds) -> Fault:
    """Name the fault of a process that ended by itself with `status`, negative for a signal."""
    if status >= 0:
        return Fault(faults.EXIT, f"the process ended itself with status {status}", str(status), (), printed)
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    if name == "SIGXCPU" or (name == "SIGKILL" and cpu_used_up):
        return Fault(faults.TIMEOUT, f"it used more than {bounds.cpu_s} s of CPU time", name, (), printed)
    if name == "SIGKILL":
        return Fault(
            faults.MEMORY, "the system killed it, most likely for its use of memory", name, (), printed
        )
    if "bad_alloc" in printed or "Unable to allocate" in printed:
        return Fault(faults.MEMORY, "it could not get the memory that it asked for", name, (), printed)
    why = {
        # MLX does not look whether an allocation was refused
        "SIGSEGV": "it used memory that is not its own, asked for too much, or recursed too deeply",
        "SIGSYS": "it made a system call that is not allowed",
        "SIGABRT": "compiled code called abort",
        "SIGFPE": "an integer was divided by zero in compiled code",
    }.get(name, "the process was ended by a signal")
    return Fault(faults.CRASH, f"{why} ({name})", name, (), printed)


def _mib(size: int) -> str:
    return f"{size >> 20} MiB"
