"""`python -m grader.policy`: reads a request as JSON, prints the findings as JSON.

A process of its own, because hostile text or objects may exhaust a parser: then this process ends and not the grader.
"""

from __future__ import annotations

import base64
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from . import cpp, elf, python, symbols
from .rules import Forbids, Found, from_json

CPU_S = 20
MEMORY_BYTES = 2 << 30
FILE_BYTES = 64 << 20  # of what the demangler writes
MAX_SENTENCE = 400


def main() -> None:
    """Answer one request, {files, package, target, forbids, objects, op}, with the findings; bytes are base64."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    request = json.load(sys.stdin)
    files = {name: base64.b64decode(text) for name, text in request["files"].items()}
    forbids = from_json(request["forbids"])
    found = python.look(files, request["package"], request["target"], forbids)
    found += compiled(request["objects"], request["op"], forbids)
    found += cpp.look(files)
    json.dump([[f.file, f.line, f.name, f.certain, f.sentence[:MAX_SENTENCE]] for f in found], sys.stdout)


def compiled(objects: Mapping[str, Any], op: str, forbids: Forbids) -> list[Found]:
    """Return the findings in objects, each {data, binding}."""
    if not objects:
        return []
    read: dict[str, symbols.Object] = {}
    try:
        for name, o in objects.items():
            mangled = elf.read(base64.b64decode(o["data"]))
            undefined, defined = demangled(mangled.undefined), demangled(mangled.defined)
            read[name] = symbols.Object(undefined, defined, mangled.initialisers, bool(o["binding"]))
    except (ValueError, OSError, subprocess.SubprocessError) as error:
        return [Found("the kernels", 0, "", False, f"their symbols could not be read: {error}")]
    return symbols.look(read, op, forbids)


def demangled(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names as C++ writes them.

    Raises:
        ValueError: there is no `c++filt`, or it does not answer for each name.
    """
    tool = shutil.which("c++filt")
    if tool is None:
        raise ValueError("c++filt, which comes with the compiler, was not found")
    with tempfile.TemporaryFile("w+") as out:
        subprocess.run([tool], input="\n".join(names), stdout=out, text=True, timeout=CPU_S, check=True)
        out.seek(0)
        lines = out.read().splitlines()
    if len(lines) != len(names):
        raise ValueError(f"{len(names)} names, {len(lines)} readable ones")
    return tuple(lines)


if __name__ == "__main__":
    main()
