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
    """Answer one request: {files, package, tasks: [{target, forbids}]} -> [[finding]] for each task."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    request = json.load(sys.stdin)
    files = request["files"]
    in_text = cpp.look(files)
    answer = []
    for task in request["tasks"]:
        found = python.look(files, request["package"], task["target"], from_json(task["forbids"]))
        answer.append([[f.file, f.line, f.name, f.certain, f.sentence] for f in (*found, *in_text)])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
