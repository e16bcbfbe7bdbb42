"""The autograder that is uploaded to Gradescope: a zip of the project, two scripts and the settings.

The same files and settings give the same bytes. The zip holds the reference solution and the seed of the hidden
cases: it is for Gradescope and staff. Starts nothing; the scripts are in `autograder/`.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from grader.errors import UsageError
from grader.export.gradescope import VISIBILITIES

PARTS = ("grader", "reference", "kernels", "models", "student", "pyproject.toml", "README.md", "LICENSE")
SETTINGS = "autograder.json"
SCRIPTS = ("setup.sh", "run_autograder")
FOREIGN_FOLDERS = frozenset({"__pycache__", "build", "dist", "node_modules"})
FOREIGN_SUFFIXES = frozenset({".pyc", ".so", ".dylib", ".o", ".a"})
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Settings:
    """What the uploaded grader is told: the content of `autograder.json`."""

    week: int
    seed: int  # of the hidden cases: the same for every submission
    tasks: tuple[str, ...] = ()  # empty for the whole week
    time_limit_s: int = 2100  # below Gradescope's own, so that there is time to say what was finished
    visibility: str = "visible"
    leaderboard: bool = True
    unsafe: bool = False  # grade although a layer of the sandbox is missing

    def to_json(self) -> dict[str, Any]:
        """Return the settings as they stand in the file."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        """Rebuild the settings.

        Raises:
            UsageError: a field is missing or unknown, or has a value that it cannot have.
        """
        try:
            found = cls(**{**data, "tasks": tuple(data["tasks"])})
        except (KeyError, TypeError) as error:
            raise UsageError(f"{SETTINGS} does not fit this version of the grader: {error}") from None
        if found.visibility not in VISIBILITIES:
            raise UsageError(
                f"{SETTINGS}: visibility ({found.visibility!r}) is none of {', '.join(VISIBILITIES)}"
            )
        return found


def project_files(root: Path) -> dict[str, bytes]:
    """Return what the autograder needs of the project, by name relative to its root; nothing that was built.

    Raises:
        UsageError: a part is missing, as where only the package is installed.
    """
    missing = [name for name in PARTS if not (root / name).exists()]
    if missing:
        raise UsageError(
            f"{root} has no {', '.join(missing)}: the autograder is built from a checkout of the whole project"
        )
    found = {}
    for part in PARTS:
        top = root / part
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            name = path.relative_to(root)
            if path.is_file() and not path.is_symlink() and not _foreign(name):
                found[name.as_posix()] = path.read_bytes()
    return found


def _foreign(name: Path) -> bool:
    hidden = any(part.startswith(".") for part in name.parts)
    return hidden or bool(FOREIGN_FOLDERS & set(name.parts)) or name.suffix in FOREIGN_SUFFIXES


def archive(content: Mapping[str, bytes], settings: Settings) -> bytes:
    """Return the zip with the scripts and the settings at its root, as Gradescope wants it."""
    settings_text = json.dumps(settings.to_json(), indent=1) + "\n"
    scripts = files("grader.export").joinpath("autograder")
    members = {
        **content,
        **{name: scripts.joinpath(name).read_bytes() for name in SCRIPTS},
        SETTINGS: settings_text.encode(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as found:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # the rights below are Unix'
            entry.external_attr = (0o100000 | _rights(name)) << 16
            found.writestr(entry, members[name])
    return out.getvalue()


def _rights(name: str) -> int:
    if name in SCRIPTS:
        return 0o755
    return 0o600 if name == SETTINGS else 0o644
