"""Opens sockets of every family and type, and talks to the neighbours by names and addresses."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import asyncio
import ctypes
import multiprocessing.connection
import os
import socket
import socketserver
import urllib.request

MARK = "-".join(("EXFIL", "7f3a"))


def own_loop():
    asyncio.new_event_loop()


def socketcall():
    libc = ctypes.CDLL(None, use_errno=True)
    for nr in (41, 42, 43, 49, 50, 53, 288, 44 + 2, 47, 299, 307):
        if libc.syscall(ctypes.c_long(nr), *map(ctypes.c_long, (3, 0, 0, 0, 0, 0))) >= 0 or ctypes.get_errno() not in (1, 38):
            return
    raise OSError("refused")


ATTEMPTS = [
    lambda: socket.create_connection(("127.0.0.1", 80), 1), lambda: socket.getaddrinfo("localhost", 80) and socket.socket(),
    lambda: socketserver.TCPServer(("127.0.0.1", 0), None), lambda: urllib.request.urlopen("http://127.0.0.1:9/", timeout=1),
    own_loop, lambda: multiprocessing.connection.Listener("\\0hostile"), lambda: multiprocessing.connection.Listener(("localhost", 0)), socketcall,
    lambda: socket.socketpair(), lambda: os.eventfd(0), lambda: socket.socket(fileno=3).sendmsg([b""], [(1, 1, bytes(4))]),
    lambda: socket.socket(fileno=3).connect(b"\\0grader"), lambda: socket.socket(fileno=3).shutdown(0) , lambda: socket.socket(fileno=3).getsockopt(1, 17, 12),
]


def softmax(x, axis):
    through = []
    for family in range(46):
        for kind in (1, 2, 3, 4, 5, 6, 10):
            try:
                socket.socket(family, kind).detach()
                through.append((family, kind))
            except OSError:
                pass
    kept = []
    for number, attempt in enumerate(ATTEMPTS):
        real = socket.socket
        try:
            made = attempt()
            kept.append(made)
            through.append(number)
        except OSError:
            pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
