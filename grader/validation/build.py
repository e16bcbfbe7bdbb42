"""`python -m grader.validation.build FILE FOLDER`: write the submission that a file of the corpus's form describes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from grader.paths import ROOT
from grader.validation.corpus import build, read


def main(arguments: list[str]) -> int:
    """Build the submission anew and say where it is."""
    if len(arguments) != 2:
        print("usage: python -m grader.validation.build FILE FOLDER", file=sys.stderr)
        return 2
    source, target = Path(arguments[0]), Path(arguments[1])
    shutil.rmtree(target, ignore_errors=True)
    print(f"sample submission: {build(read(source), ROOT, target)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
