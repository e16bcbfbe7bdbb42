"""Who may import whom, as a table: the walls between the parts of the grader hold."""

from __future__ import annotations

import ast
import sys

import pytest
from sources import closure, imports, modules, tree

# where a worker's process starts
INSIDE = ("grader.worker.boot", "grader.worker.main", "grader.worker.zygote")
SHARED = (
    "grader.result",
    "grader.speed_result",
    "grader.metal_result",
    "grader.bench_result",
    "grader.comparison",
    "grader.class_result",
    "grader.errors",
)

# part: (parts of the grader that it may import, other packages beyond the standard library)
TABLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "grader.result": (("grader.speed_result", "grader.metal_result"), ()),
    "grader.metal_result": ((), ()),
    "grader.speed_result": ((), ()),
    "grader.bench_result": (("grader.speed_result",), ()),
    "grader.comparison": (
        ("grader.bench_result", "grader.result", "grader.speed_result", "grader.errors"),
        (),
    ),
    "grader.class_result": (("grader.result",), ()),
    "grader.errors": ((), ()),
    "grader.paths": ((), ()),
    "grader.worker": (("grader.errors", "grader.worker"), ("numpy", "mlx", "kernels")),
    "grader.policy": (("grader.policy",), ()),  # text in, findings out
    "grader.course": (
        (
            "grader.course",
            "grader.policy.rules",
            "grader.paths",
            *SHARED,
            "grader.worker.wire",
            "grader.worker.client",
            "grader.worker.faults",
        ),
        ("numpy", "safetensors", "tokenizers"),
    ),
    "grader.oracles": (("grader.oracles",), ("torch", "numpy", "transformers", "safetensors")),
    "grader.store": (("grader.store", *SHARED), ("sqlalchemy", "alembic")),
    "grader.report": (("grader.report", *SHARED), ("jinja2", "markupsafe")),
    "grader.export": (("grader.export", *SHARED), ("rich", "jsonschema", "pyarrow")),
    "grader.run": (
        (
            "grader.run",
            "grader.bench",
            "grader.course",
            "grader.oracles",
            "grader.policy",
            "grader.worker",
            "grader.store",
            "grader.paths",
            *SHARED,
        ),
        ("numpy", "torch"),
    ),
    "grader.validation": (
        (
            "grader.validation",
            "grader.run",
            "grader.course",
            "grader.report",
            "grader.export",
            "grader.paths",
            *SHARED,
        ),
        ("rich",),
    ),
    "grader.classroom": (
        (
            "grader.classroom",
            "grader.run",
            "grader.course",
            "grader.worker",
            "grader.store",
            "grader.paths",
            *SHARED,
        ),
        ("yaml", "tomli", "tomllib", "numpy", "distributed"),
    ),
    "grader.bench": (("grader.bench", *SHARED), ("numpy",)),  # knows clocks and ratios, no course
    # trusted processes of their own, started by name: the grader's own process never loads mlx
    "grader.participants": (("grader.participants", "grader.bench"), ("numpy", "mlx", "torch")),
    # `home` holds files of a student's package, which stand there for those of other parts
    "grader.release": (
        (
            "grader.release",
            "grader.run",
            "grader.course",
            "grader.oracles",
            "grader.policy.rules",
            "grader.worker",
            "grader.paths",
            *SHARED,
        ),
        ("numpy", "torch"),
    ),
    "grader.skeleton": (("grader.course", "grader.errors"), ()),
    "grader.pytest_plugin": (
        ("grader.course", "grader.run", "grader.worker", *SHARED),
        ("pytest", "_pytest"),
    ),
    "grader.cli": (("grader",), ("typer", "click", "rich", "numpy", "torch", "kernels.simulator")),
    "grader.__main__": (("grader.cli",), ()),
    "reference": (("reference", "kernels"), ("mlx", "mlx_lm")),
    "student": (("student", "kernels"), ("mlx", "mlx_lm")),
}


def _within(name: str, parts: tuple[str, ...]) -> bool:
    return any(name == part or name.startswith(part + ".") for part in parts)


def _of(part: str) -> list[str]:
    return [m for m in modules() if _within(m, (part,))]


@pytest.mark.parametrize("part", TABLE)
def test_a_part_imports_only_what_the_table_allows(part):
    """Every import of a part, lazy ones too, is the standard library's or stands in its row of the table."""
    own, others = TABLE[part]
    found = {(module, name) for module in _of(part) for name in imports(module)}
    found = {(m, n) for m, n in found if n.split(".")[0] not in sys.stdlib_module_names and n != "grader"}
    assert found or not own
    assert {f"{m} imports {n}" for m, n in found if not _within(n, (*own, *others))} == set()


def test_every_module_of_the_grader_belongs_to_a_row():
    """A new part of the grader cannot appear without a row of its own."""
    assert [m for m in modules() if m.startswith("grader.") and not _within(m, tuple(TABLE))] == []


def test_a_worker_loads_only_the_standard_library_numpy_mlx_and_its_own_files():
    """What runs beside a submission brings in no other part of the grader, so no answer can lie there."""
    loaded = closure(*INSIDE)
    outside = {name for module in loaded for name in imports(module) if name not in modules()}
    assert {m for m in loaded if not _within(m, ("grader.worker",))} == set()
    assert {name.split(".")[0] for name in outside} - set(sys.stdlib_module_names) == {"mlx", "numpy"}
    assert not loaded & {"grader.worker.client", "grader.worker.canary", "grader.worker.watchdog"}


def test_numpy_and_mlx_are_the_workers_alone():
    """The trusted side of the worker package computes nothing: it works where mlx is missing."""
    trusted = set(_of("grader.worker")) - closure(*INSIDE)
    assert "grader.worker.client" in trusted
    assert {m for m in trusted if any(_within(n, ("mlx", "numpy")) for n in imports(m))} == set()


def test_the_command_line_is_imported_by_nobody():
    """Everything can be used without the command line."""
    users = {m for m in modules() if any(_within(n, ("grader.cli",)) for n in imports(m))}
    users.discard("grader.__main__")  # which is the command line
    assert {m for m in users if m.startswith(("grader.", "reference", "student"))} <= set(_of("grader.cli"))


@pytest.mark.parametrize("part", ["grader.report", "grader.export", "grader.course", "grader.oracles"])
def test_pure_parts_do_not_look_at_the_environment(part):
    """A result in, text out: nothing depends on environment variables, and nothing else is started."""
    words = ("os.environ", "os.getenv", "os.system", "subprocess", "multiprocessing")
    assert {f"{m}: {w}" for m in _of(part) for w in words if w in ast.unparse(tree(m))} == set()
