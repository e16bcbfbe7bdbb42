"""The macOS profile as text; whether a Mac enforces it is untested."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.worker import macos, sandbox


def test_the_profile_denies_by_default_and_opens_what_the_policy_reads(tmp_path: Path) -> None:
    """The text starts from deny, has a line for each readable path, and allows no write but to /dev/null."""
    policy = sandbox.policy(root=tmp_path)
    lines = macos.profile(policy).splitlines()
    assert "(deny default)" in lines
    assert f'(allow file-read* (subpath "{tmp_path.resolve()}"))' in lines
    assert [line for line in lines if "allow file-write" in line] == [
        '(allow file-write-data (literal "/dev/null"))'
    ]
    assert sum(line.startswith("(allow file-read* (subpath") for line in lines) >= 20


def test_a_listed_folder_is_not_opened_with_what_lies_in_it() -> None:
    """A rule that allows listing becomes a literal path, not everything below."""
    policy = {"rules": [["list", "/lib/python"], ["read", "/lib/python/os.py"]]}
    assert macos.profile(policy).splitlines()[-2:] == [
        '(allow file-read* (literal "/lib/python"))',
        '(allow file-read* (subpath "/lib/python/os.py"))',
    ]


def test_a_path_cannot_write_rules() -> None:
    """A path with a quote would end its string and add rules of its own: refused."""
    with pytest.raises(ValueError, match="cannot stand in a sandbox profile"):
        macos.profile({"rules": [["read", '/tmp/") (allow default) ("']]})


def test_the_interpreter_is_started_by_sandbox_exec() -> None:
    """The command is sandbox-exec with the profile, the real interpreter, and the arguments unchanged."""
    wrapped = macos.command({"rules": []}, ["/bin/sh", "-I", "main.py"])
    assert wrapped[0] == "/usr/bin/sandbox-exec"
    assert wrapped[1:3] == ["-D", f"PYTHON={Path('/bin/sh').resolve()}"]
    assert wrapped[-3:] == [str(Path("/bin/sh").resolve()), "-I", "main.py"]


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac may have it")
def test_elsewhere_the_layer_says_that_it_is_not_there() -> None:
    """Where no sandbox-exec runs, the state says "unavailable", and the layer counts as missing."""
    assert macos._confined().startswith("unavailable")
    assert sandbox.missing({"rlimits": "active", "sandbox-exec": macos._confined()}, "Darwin")
