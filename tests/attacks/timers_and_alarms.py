"""Sets timers that signal the process while the grader waits, and ignores every signal that can be ignored."""

KINDS = {"1.1.1 softmax-values": "crash"}
APPEND = {
    "basics.py": '''
import signal
import time


def softmax(x, axis):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, 0.0001, 0.0001)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0.0001, 0.0001)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    time.sleep(3)


def silu(x):
    signal.signal(signal.SIGALRM, lambda *_: 1 / 0)
    signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
    return x * 0
'''
}
