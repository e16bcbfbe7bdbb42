"""What addresses a run: hashes of submission, course and environment, the secret seed, the run's id.

The same three hashes and seed give the same score.
"""

from __future__ import annotations

import hashlib
import os
import platform
import secrets
import sys
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader.errors import CannotJudge
from grader.paths import KERNELS, MODELS, PUBLIC_MODELS
from grader.run.packages import PACKAGES

GRADED_BY = ("course", "oracles", "policy", "run", "worker")  # what decides about a verdict
SECRET_BYTES = 16


def course_hash() -> str:
    """Return the hash of everything that decides about verdicts: course, oracles, runner, worker, models."""
    digest = hashlib.sha256()
    package = Path(__file__).resolve().parent.parent
    files = [file for name in GRADED_BY for file in (package / name).rglob("*.py")]
    files += [file for kind in ("*.cpp", "*.h", "CMakeLists.txt") for file in KERNELS.rglob(kind)]
    files += [file for name in PUBLIC_MODELS for file in (MODELS / name).glob("*") if file.is_file()]
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions of the packages that a verdict may depend on."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def environment() -> dict[str, str]:
    """Return machine and software as they are shown in the report."""
    return {
        "machine": f"{os.cpu_count()} CPUs, {platform.machine()}{_cpu_features()}",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        **versions(),
    }


def _cpu_features() -> str:
    try:
        flags = Path("/proc/cpuinfo").read_text().partition("flags")[2].partition("\n")[0].split()
    except OSError:
        return ""
    known = [name.upper() for name in ("avx2", "fma", "f16c", "avx512f") if name in flags]
    return f", {' '.join(known)}" if known else ""


def environment_hash() -> str:
    """Return the hash of what rounding may depend on: machine type, Python and package versions."""
    parts = [
        platform.machine(),
        platform.system(),
        f"{sys.version_info.major}.{sys.version_info.minor}",
        *map(str, versions().items()),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def secret_seed(home: Path) -> int:
    """Return the seed of the hidden cases of this installation, made on first use and kept in `home`.

    Raises:
        CannotJudge: `home` cannot be written, or the file is damaged.
    """
    path = home / "secret-seed"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            # written aside and linked, so that two runs at once agree on one seed and a kill leaves no half of one
            draft = path.with_name(f"secret-seed.{os.getpid()}")
            draft.write_text(secrets.token_hex(SECRET_BYTES))
            draft.chmod(0o600)
            try:
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        text = path.read_text().strip()
    except OSError as error:
        raise CannotJudge(f"the grader's home {home} cannot be used: {error.strerror}") from error
    try:
        return int(text, 16) % (1 << 62)
    except ValueError:
        raise CannotJudge(f"{path} does not hold a seed; remove it to get a new one") from None


def new_run_id(moment: datetime | None = None) -> str:
    """Return an id that sorts by time and does not collide: "20261124-024931-3f9a"."""
    moment = moment or datetime.now(timezone.utc)
    return f"{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
