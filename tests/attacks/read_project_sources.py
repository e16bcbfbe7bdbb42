"""Climbs from the file of the worker's own package to the oracles, the course, the reference and the questions."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import os
import sys

MARK = "-".join(("EXFIL", "7f3a"))
NAMES = ["oracles/basics.py", "oracles/__init__.py", "course/week1.py", "course/inputs.py", "worker/wire.py", "worker/main.py",
         "../reference/basics.py", "../models/questions.json", "../models/train.py", "../.git/HEAD", "../pyproject.toml", "..",
         "../tests/attacks", "result.py", "", "oracles"]


def softmax(x, axis):
    own = [m.__file__ for n, m in list(sys.modules.items()) if n.startswith("submission_worker") and getattr(m, "__file__", None)]
    assert own, "the worker's modules have files"
    grader = os.path.dirname(os.path.dirname(own[0]))
    through = []
    for name in NAMES:
        path = os.path.join(grader, name)
        for read in (os.listdir, lambda p: open(p).read(1), lambda p: os.open(p, os.O_RDONLY | os.O_DIRECTORY)):
            try:
                read(path)
            except OSError:
                continue
            through.append(name)
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
