"""Loops for ever in compiled code that holds the interpreter's lock."""

KINDS = {"1.1.1 softmax-values": "timeout"}
APPEND = {
    "basics.py": '''
import re


def softmax(x, axis):
    if x.shape == (5,):
        re.match(r"(a|a?)+$", "a" * 80 + "b")
        sum(range(1 << 62))
'''
}
