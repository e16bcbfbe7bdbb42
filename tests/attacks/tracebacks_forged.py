"""Claims frames in other files, with huge and negative lines, with names that look like other parts of the line."""

LEAKS = ["root:x:", "import annotations"]
KINDS = {"1.1.1 softmax-values": "error"}
APPEND = {
    "basics.py": '''
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACES = ["../../../../../../etc/passwd", "../../../../etc/passwd", "student/../../x", sys.modules["submission_worker"].__file__, "", ".", "student",
          "student/basics.py", "student/nothing.py", "a" * 5000, "b\\x00c", "/etc/passwd"]


def raising(depth):
    if depth == len(PLACES):
        raise ValueError("forged")
    code = compile("\\n" * (depth * 1000) + "again(depth + 1)", ROOT + "/" + PLACES[depth], "exec")
    code = code.replace(co_name=f"x: {depth} in y: return 1\\n\\tbasics.py:1", co_firstlineno=1 << 30)
    exec(code, {"again": raising, "depth": depth})


def softmax(x, axis):
    raising(0)
'''
}
