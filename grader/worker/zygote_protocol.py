"""What the grader and the zygote say to each other: one request byte, one number back; and exit statuses.

Used by both sides, standard library only.
"""

from __future__ import annotations

import struct

FORK = b"F"  # with two descriptors: the channel and the output pipe; answered with the pid
STATUS = b"S"  # followed by a pid; answered with its exit status
PID = struct.Struct("=q")
UNKNOWN_STATUS = -999  # nobody knows how the worker ended
CHANNEL_LOST = 71  # a worker's own: the grader has gone, or the submission closed the channel
