"""Leaves a note, byte code or a changed module for the next run, and looks for one of an earlier run."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import importlib.util
import os
import sys

MARK = "-".join(("EXFIL", "7f3a"))
here = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = False
sys.pycache_prefix = "/tmp/hostile-cache"
notes = [os.path.join(p, "hostile-note") for p in ("/tmp", "/var/tmp", "/dev/shm", here, os.path.dirname(here), "/")]
notes += [importlib.util.cache_from_source(__file__), os.path.join(here, "__pycache__", "basics.cpython-311.pyc")]
found = [note for note in notes if os.path.exists(note)]
if hasattr(sys, "hostile_flag") or "hostile" in sys.modules or hasattr(os, "hostile_flag"):
    found.append("a module that remembers")


def softmax(x, axis):
    for note in notes:
        try:
            os.makedirs(os.path.dirname(note), exist_ok=True)
            with open(note, "w") as file:
                file.write("remember")
        except OSError:
            continue
        found.append(note)
    if found:
        raise RuntimeError(f"{MARK} {found}")


def silu(x):
    sys.hostile_flag = os.hostile_flag = True
    sys.modules["hostile"] = sys
    os._exit(0)
'''
}
