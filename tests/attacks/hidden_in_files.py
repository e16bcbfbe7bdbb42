"""Keeps hidden inputs for a later run, in files, in the names of threads and processes, and looks for them at import."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import ctypes
import os
import threading

MARK = "-".join(("EXFIL", "7f3a"))
PLACES = ["/tmp/hidden-inputs", "/dev/shm/hidden-inputs", os.path.join(os.path.dirname(__file__), "hidden-inputs"), "/var/tmp/hidden-inputs"]
for place in PLACES:
    if os.path.exists(place):
        print(MARK, place)


def softmax(x, axis):
    ctypes.CDLL(None).prctl(15, b"hidden-inputs")
    threading.current_thread().name = "hidden-inputs"
    for place in PLACES:
        try:
            with open(place, "w") as file:
                file.write(str(x.tolist()))
        except OSError:
            continue
        print(MARK)
''',
}
