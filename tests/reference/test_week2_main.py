"""python -m reference --week 2 streams the same answer with cache and kernels, or says how to build them."""

import shutil
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import pytest
from week2_stand_ins import put_kernels

from reference.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.parametrize("checkpoint", ["untied"], indirect=True)
COMMAND = ["--prompt", "hello", "--max-tokens", "9"]


@pytest.mark.parametrize("flash", [[], ["--flash-attention"], ["--no-flash-attention"]])
@pytest.mark.parametrize("sampler", [[], ["--sampler-temp", "0.8", "--top-p", "0.9", "--top-k", "7"]])
def test_both_weeks_say_the_same(checkpoint, quantized, capsys, monkeypatch, sampler, flash):
    """Template, sampler and limit reach the generation with a cache as they do the one without."""
    put_kernels("plain", monkeypatch)
    said = []
    for week in (["--week", "1"], [], ["--week", "2", *flash]):
        mx.random.seed(3)
        assert main([*COMMAND, "--model", str(quantized), *sampler, *week]) == 0
        said.append(capsys.readouterr())
    assert said[0] == said[1] == said[2]
    assert len(said[0].out) > 1


def test_only_flash_attention_is_switched_off(checkpoint, quantized, capsys, monkeypatch):
    """Without it the kernel of 2.4 is not needed, and with it it is called."""
    put_kernels("plain", monkeypatch)
    monkeypatch.delattr(sys.modules["kernels"], "flash_attention")
    command = [*COMMAND, "--model", str(quantized), "--week", "2"]
    assert main([*command, "--no-flash-attention"]) == 0
    capsys.readouterr()
    assert main(command) == 2
    assert capsys.readouterr() == ("", "error: --week 2 needs the C++ kernels: run make kernels\n")


@pytest.mark.parametrize(
    ("solution", "command"),
    [
        ("reference", "make kernels"),
        ("answer", f"python -m kernels.build {Path('answer/kernels')} --out {Path('build/kernels-answer')}"),
    ],
)
def test_kernels_that_are_not_built(checkpoint, quantized, tmp_path, solution, command):
    """One sentence on stderr and exit code 2; it names the command that builds this solution's."""
    for name in ("reference", "answer"):
        shutil.copytree(ROOT / "reference", tmp_path / name, ignore=shutil.ignore_patterns("kernels"))
    (tmp_path / "kernels").mkdir()
    shutil.copy(ROOT / "kernels" / "__init__.py", tmp_path / "kernels")
    run = [sys.executable, "-m", "reference", *COMMAND, "--model", str(quantized), "--solution", solution]
    done = subprocess.run([*run, "--week", "2"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: --week 2 needs the C++ kernels: run {command}\n"


def test_a_week_that_is_not_there(checkpoint, capsys):
    """Bad input gets one sentence and exit code 2."""
    with pytest.raises(SystemExit) as left:
        main([*COMMAND, "--week", "9"])
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("error: argument --week: invalid choice:")
