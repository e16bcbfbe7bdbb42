"""Takes the channel over: closes it, puts a pipe in its place, or answers every further request itself."""

KINDS = {"1.1.1 softmax-values": "protocol", "1.1.2 linear-values": "protocol"}
APPEND = {
    "basics.py": '''
import os
import sys


def softmax(x, axis):
    os.close(3)


def linear(x, w, bias=None):
    reader, writer = os.pipe()
    os.dup2(writer, 3)


def silu(x):
    wire = sys.modules["submission_worker.wire"]
    main = sys.modules["submission_worker.main"]
    frame = sys._getframe()
    while type(frame.f_locals.get("self")).__name__ != "Session":
        frame = frame.f_back
    session = frame.f_locals["self"]
    line, ident = main.Channel(3), session._request
    while True:
        line.write(wire.pack({"id": ident, "ok": [wire.Array("float32", x.shape, bytes(4 * x.size)), None]}))
        request = line.read()
        ident = request["id"]
'''
}
