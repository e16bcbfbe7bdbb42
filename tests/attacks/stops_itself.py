"""Stops its process with SIGSTOP: it neither ends nor answers."""

KINDS = {"1.1.1 softmax-values": "timeout"}
APPEND = {
    "basics.py": '''
import os
import signal


def softmax(x, axis):
    if x.shape == (5,):
        os.kill(os.getpid(), signal.SIGSTOP)
'''
}
