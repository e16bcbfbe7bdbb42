"""What keeps answers out of a package: the modules that are needed, the public side of a source, the last look."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from grader.errors import CannotJudge
from grader.release.closure import ABSENT, SECRET, Sources
from grader.release.leaks import leaks
from grader.release.public_view import public_view

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = sorted(p.stem for p in (ROOT / "grader" / "course" / "scenarios").glob("[a-z]*.py"))


def test_the_commands_of_a_package_need_no_module_with_answers():
    """Oracles, weeks and builders are not among the modules, and files of a home stand in for the grader's own."""
    sources = Sources(ROOT)
    needed = sources.needed(*(f"grader.course.scenarios.{name}" for name in SCENARIOS))
    assert [m for m in needed if SECRET.match(m)] == []
    assert needed["grader.run.oracle_cache"].parts[-4:-1] == ("release", "home", "run")
    assert needed["grader.cli.submit"].parts[-3:-1] == ("cli", "home")
    assert {"grader.cli.check", "grader.worker.boot", "grader.policy.__main__", "grader.run.metal"} <= set(
        needed
    )
    assert not {"grader.release.record", "grader.skeleton", "grader.cli.release", *ABSENT} & set(needed)


def test_every_file_of_a_home_stands_for_one_of_the_graders_own():
    """A file whose original was renamed would never be read."""
    for home in Sources(ROOT).homes:
        parts = home.relative_to(ROOT / "grader").parts
        original = parts[parts.index("home") + 1 :] if parts[0] == "release" else ("cli", *parts[2:])
        assert ROOT.joinpath("grader", *original).is_file(), home


def test_a_new_import_of_an_oracle_ends_the_release(tmp_path: Path):
    """Somewhere deep in what a package needs, inside of a function: it is named with who imports it."""
    shutil.copytree(ROOT / "grader", tmp_path / "grader", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "grader" / "run" / "regions.py"
    file.write_text(
        file.read_text() + "\n\ndef late():\n    from grader.oracles import basics\n    return basics\n"
    )
    with pytest.raises(CannotJudge, match=r"grader\.run\.regions imports grader\.oracles"):
        Sources(tmp_path).needed()


@pytest.mark.parametrize(
    ("source", "public"),
    [
        ("x = (3, 1) if public else (7, 2)", "x = (3, 1)"),
        ("x = 2 + (not public)", "x = 2"),
        ("if not public:\n    f(9)\ng(1)", "g(1)"),
        ("if not bench.public and (not bench.include_hidden):\n    f()\ng()", "g()"),
        (
            "for p in (True, False) if bench.include_hidden else (True,):\n    f()",
            "for p in (True,):\n    f()",
        ),
        ("f(bench, (5, 4), hidden=((1, 3), (9, 7)))", "f(bench, (5, 4))"),
        ("hidden = (S(1), S(2))", "hidden = ()"),
        ("HIDDEN = (S(1),)  # long ones", "HIDDEN = ()"),
        ("x = 1 if other else 2", "x = 1 if other else 2"),
        ("for x in y:\n    if not public:\n        f()", "for x in y:\n    pass"),
        ("x = a if model.bench.public else b", "x = a"),
        ("x = a if case.public else b", "x = a if case.public else b"),
    ],
)
def test_the_public_side_of_a_source(source: str, public: str):
    """What is for hidden cases alone goes, what decides by something else stays."""
    assert public_view(source).strip() == public


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_scenario_keeps_a_hidden_side(name: str):
    """Nothing that is left asks whether hidden cases count, but to be told so."""
    text = public_view((ROOT / "grader" / "course" / "scenarios" / f"{name}.py").read_text())
    compile(text, name, "exec")
    assert "include_hidden" not in text
    for word in ("if public", "if not public", "if bench.public", "not bench.public", "generator(False)"):
        assert word not in text.replace('"""', ""), word


def _project(folder: Path) -> Path:
    for name in ("reference", "grader/oracles", "student", "kernels"):
        (folder / name).mkdir(parents=True)
    (folder / "grader" / "oracles" / "basics.py").write_text("    scores = query @ key.mT * scale + mask\n")
    (folder / "reference" / "basics.py").write_text(
        "    return exp(x - x.max()) / normaliser\nimport mlx.core as mx\n"
    )
    (folder / "student" / "basics.py").write_text("import mlx.core as mx  # shared\n")
    return folder


def test_the_last_look_finds_a_line_in_text_in_a_binary_and_in_an_archive(tmp_path: Path):
    """The same line of an oracle, three ways; a clean package has none."""
    root, package = _project(tmp_path / "project"), tmp_path / "package"
    package.mkdir()
    assert leaks(package, root, root / "reference") == []
    line = b"scores = query @ key.mT * scale + mask"
    (package / "notes.py").write_bytes(b"# x\n        " + line + b"\n")
    (package / "module.so").write_bytes(b"\x7fELF\0" + line + b"\0")
    with zipfile.ZipFile(package / "cases.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("block.npy", b"\x93NUMPY" + line * 3)
    places = [found.partition(": ")[0] for found in leaks(package, root, root / "reference")]
    assert places == ["cases.npz/block.npy", "module.so", "notes.py"]
