"""A build with sanitizers finds what a right result hides."""

from pathlib import Path

from tests.kernels.sanitized import ROOT, build_sanitized, run_sanitized

RUN = "print(mx.sum(module.axpby(mx.ones((1000,)), mx.ones((1000,)), 1.0, 1.0)).item())"


def test_one_read_past_the_end_is_found_with_file_and_line(tmp_path):
    """The sum is right: the number behind the end is not used."""
    source = _axpby(
        tmp_path / "source",
        "for (std::size_t i = 0; i < size; ++i) {",
        "  volatile T last = x[size]; (void)last;",
    )
    done = run_sanitized(RUN, build_sanitized(source, tmp_path / "out"))
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr
    assert "axpby.cpp:" in done.stderr


def test_the_worked_example_is_clean(tmp_path):
    source = _axpby(tmp_path / "source", "", "")
    done = run_sanitized(RUN, build_sanitized(source, tmp_path / "out"))
    assert (done.returncode, done.stdout) == (0, "2000.0\n"), done.stderr


def _axpby(source: Path, line: str, before: str) -> Path:
    """Copy the worked example into a folder, with a line put before another one."""
    source.mkdir()
    ops = ROOT / "kernels" / "ops"
    (source / "axpby.h").write_text((ops / "axpby.h").read_text())
    text = (ops / "axpby.cpp").read_text()
    if line:
        assert text.count(line) == 1
        text = text.replace(line, f"{before}\n  {line}")
    (source / "axpby.cpp").write_text(text)
    return source
