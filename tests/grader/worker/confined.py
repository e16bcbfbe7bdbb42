"""Run a few lines of Python in a sandboxed process of their own, as a worker would, without the wire.

The sandbox is loaded from its folder alone under a made-up package name, as the worker does it: that it works
shows that it needs nothing else of the project.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import grader.worker.sandbox as sandbox
from grader.worker.submission import Snapshot

FOLDER = Path(sandbox.__file__).parent
ROOT = os.geteuid() == 0
BOOT = """
import json, sys, types
package = types.ModuleType("loose")
package.__path__ = [sys.argv[1]]
sys.modules["loose"] = package
from loose import sandbox
order = json.loads(sys.stdin.readline())
if order["mlx"]:
    import numpy, mlx.core, mlx.nn, ctypes, threading, socket, fcntl
sys.path.insert(0, order["root"])
import ctypes
ctypes.CDLL(None).prctl(1, 9)  # the parent's death ends it, as in a worker
states = sandbox.apply(order["policy"])
scope = {"states": states, "order": order}
exec(order["code"], scope)
sys.stdout.write("\\n" + json.dumps(scope.get("answer")))
sys.stdout.flush()
"""
ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "MLX_DISABLE_COMPILE": "1", "PATH": "/usr/bin:/bin"}


def run(
    code: str, root: Path, *, mlx: bool = False, more: Any = None, timeout_s: float = 60, **policy: Any
) -> subprocess.CompletedProcess[str]:
    """Run `code` confined; it leaves its result in `answer` and finds `states` and `order["more"]`."""
    order = {
        "policy": sandbox.policy(root=root, **policy),
        "root": str(root),
        "code": code,
        "mlx": mlx,
        "more": more,
    }
    return subprocess.run(
        [sys.executable, "-I", "-B", "-c", BOOT, str(FOLDER)],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd="/",
        timeout=timeout_s,
        check=False,
    )


def answer(code: str, root: Path, **options: Any) -> Any:
    """Return what `code` left in `answer`; fail with its traceback if it did not get that far."""
    done = run(code, root, **options)
    assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout.rpartition("\n")[2])


class Worker:
    """The little that the canary needs of a worker."""

    def __init__(self, copy: Snapshot, **policy: Any) -> None:
        self.copy, self.policy = copy, policy

    def load(self) -> None:
        pass

    def call(self, target: str, args: Any = ()) -> Any:
        module, _, function = target.rpartition(".")
        code = (
            f"from {self.copy.package_name}.{module} import {function}\nanswer = {function}(*order['more'])"
        )
        self.value = answer(code, self.copy.root, more=args, **self.policy)
        return self

    def stop(self) -> None:
        pass
