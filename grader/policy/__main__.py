"""`python -m grader.policy`: reads a request as JSON, prints the findings as JSON.

A process of its own, because a hostile text may exhaust Python's parser: then this process ends and not the grader.
"""

from __future__ import annotations

import json
import resource
import sys

from . import cpp, python
from .rules import from_json

CPU_S = 20
MEMORY_BYTES = 2 << 30


def main() -> None:
    """Answer one request, {files, package, target, forbids}, with the findings; bytes travel as Latin-1."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    request = json.load(sys.stdin)
    files = {name: text.encode("latin-1") for name, text in request["files"].items()}
    found = python.look(files, request["package"], request["target"], from_json(request["forbids"]))
    found += cpp.look(files)
    json.dump([[f.file, f.line, f.name, f.certain, f.sentence] for f in found], sys.stdout)


if __name__ == "__main__":
    main()
