"""Breaks its own `__init__`, after it has changed how the worker falls back to single modules."""

FILES = {
    "__init__.py": '''
import os
import sys


def hostile(self):
    os._exit(7)


sys.modules["submission_worker.resolve"].Finder.bare_package = hostile
sys.modules["submission_worker.resolve"].Finder.modules = lambda self: 5
raise RuntimeError("now fall back")
'''
}
