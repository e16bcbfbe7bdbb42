"""Loops for ever when it is imported, at the top of the package."""

KINDS = {"1.1.1 softmax-values": "timeout", "1.4.2 silu-values": "timeout"}
APPEND = {"__init__.py": "from . import basics", "basics.py": "while True:\n    pass"}
