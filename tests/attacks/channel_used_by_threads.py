"""Writes to the channel from threads that outlive the call, and lets the fault handler write to it."""

APPEND = {
    "basics.py": '''
import faulthandler
import os
import threading
import time


def later(seconds):
    time.sleep(seconds)
    while True:
        os.write(3, b"GRD1" + bytes(12))
        time.sleep(0.001)


def softmax(x, axis):
    threading.Thread(target=later, args=(0.0005,), daemon=True).start()


def linear(x, w, bias=None):
    faulthandler.dump_traceback_later(0.001, repeat=True, file=3)


def reads():
    while True:
        os.read(3, 1 << 16)


def silu(x):
    threading.Thread(target=reads, daemon=True).start()
    time.sleep(0.01)
'''
}
