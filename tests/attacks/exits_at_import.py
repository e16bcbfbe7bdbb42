"""Ends the process with success when its modules are imported, in several ways."""

KINDS = {"1.1.1 softmax-values": "exit", "1.3.2 mask-square": "exit"}
APPEND = {
    "__init__.py": "from . import basics",
    "basics.py": "import os\nos._exit(0)",
    "attention.py": "import sys\nsys.exit(0)",
    "layer_norm.py": "raise KeyboardInterrupt",
    "sampler.py": "raise GeneratorExit('at import')",
}
