"""What the grader and the zygote say to each other: one request byte, one number back. Used by both sides."""

from __future__ import annotations

import struct

FORK = b"F"  # with two descriptors: the channel and the output pipe; answered with the pid
STATUS = b"S"  # followed by a pid; answered with its exit status
PID = struct.Struct("=q")
UNKNOWN_STATUS = -999
