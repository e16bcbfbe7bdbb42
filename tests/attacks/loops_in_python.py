"""Loops for ever in Python, catching whatever is raised into it and blocking every signal."""

KINDS = {"1.1.1 softmax-values": "timeout"}
APPEND = {
    "basics.py": '''
import signal


def softmax(x, axis):
    if x.shape != (5,):
        return None
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
'''
}
