"""Starts threads without end, in Python and in C."""

KINDS = {"1.1.1 softmax-values": "threads", "1.1.1 attention-values": "threads"}
APPEND = {
    "basics.py": '''
import threading
import time


def softmax(x, axis):
    threading.stack_size(1 << 16)
    while True:
        try:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        except RuntimeError:
            time.sleep(0.01)
''',
    "attention.py": '''
import ctypes
import time


def scaled_dot_product_attention_simple(query, key, value, scale=None, mask=None):
    libc = ctypes.CDLL(None)
    made = ctypes.c_ulong()
    while True:
        libc.pthread_create(ctypes.byref(made), None, libc.sleep, ctypes.c_void_p(60))
        time.sleep(0.001)
''',
}
