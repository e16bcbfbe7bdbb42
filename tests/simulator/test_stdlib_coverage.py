"""docs/simulator-coverage.md says of the headers what is true of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kernels.simulator.mlx_headers import MLX_KERNELS, mlx_include
from kernels.simulator.toolchain import INCLUDE
from tests.simulator.stdlib_cases import Compiled, case

PAGE = Path(__file__).parents[2] / "docs" / "simulator-coverage.md"
NAME = re.compile(r"`([a-z_]\w*)`")

#: Macros of the headers that declare a public function, and what they put before the name.
DECLARING_MACROS = {
    "MATH": "", "CLASSIFY": "", "ORDERED": "", "TWO_RESULTS": "", "LANES": "",
    "SIMD": "", "QUAD": "", "REDUCE": "simd_", "PREFIX": "simd_prefix_",
}  # fmt: skip


def rows() -> Iterator[list[str]]:
    """The cells of each row of the tables."""
    for line in PAGE.read_text().splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def chapter_names(column: int) -> set[str]:
    """Function names in a column of the table of chapters, without the row of types."""
    chapters = [cells for cells in rows() if len(cells) == 3 and cells[0] not in ("chapter", "types")]
    return {name for cells in chapters for name in NAME.findall(cells[column])} - {"not"}


def declared_names() -> set[str]:
    """Functions that the headers declare in namespace metal."""
    names = set()
    for header in (INCLUDE / "simulator").glob("*.h"):
        text = "".join(
            re.findall(r"^namespace metal \{(.*?)^\}  // namespace metal", header.read_text(), re.M | re.S)
        )
        for macro, prefix in DECLARING_MACROS.items():
            names |= {prefix + name for name in re.findall(rf"^MSIM_{macro}\w*\((\w+)[,)]", text, re.M)}
        # One line, or the line behind a template's parameters; a member stands deeper.
        names |= set(
            re.findall(r"^(?:MSIM_CONVERGENT )?(?:METAL_FUNC|MSIM_INLINE) [^()=;]*?\b(\w+)\(", text, re.M)
        )
    return {name for name in names if name != "operator" and name not in NOT_OF_METAL}


#: Functions that kernels may meet in C++'s own terms: <metal_type_traits> and the like.
NOT_OF_METAL = {"forward", "move", "swap", "name"}


def test_covered_functions_exist() -> None:
    """Every function that the page calls covered can be named."""
    lines = ["}\n#include <metal_logging>\nnamespace named {"]
    lines += [f"using metal::{name};" for name in sorted(chapter_names(1))]
    compiled = Compiled([case("1", "int", 1)], setup="namespace named {\n" + "\n".join(lines) + "\n}")
    assert compiled.mismatches("1") == []


def test_functions_that_are_not_covered_do_not_exist() -> None:
    """Every function that the page calls missing is missing: its name is free."""
    names = ", ".join(sorted(chapter_names(2)))
    compiled = Compiled([case("1", "int", 1)], setup=f"namespace metal {{ enum missing {{ {names} }}; }}")
    assert compiled.mismatches("1") == []


def test_the_page_names_all_functions_of_the_headers() -> None:
    """A function that is added to the headers is added to the page."""
    assert declared_names() - chapter_names(1) == set()


def test_refused_headers_are_those_of_the_page() -> None:
    """The headers that refuse to be included are the ones that the page lists."""
    refused = {path.name for path in INCLUDE.glob("metal_*") if "#error" in path.read_text()}
    assert refused == set(re.findall(r"`<(metal_\w+)>`", PAGE.read_text().split("## Numbers")[0]))


@pytest.mark.skipif(mlx_include() is None, reason="the installed MLX ships no kernel headers")
def test_every_header_of_mlx_has_its_place() -> None:
    """The page's table of MLX's headers names each of the installed ones once."""
    include = mlx_include()
    assert include is not None
    folder = include / MLX_KERNELS
    installed = sorted(path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.h"))
    named = [name for cells in rows() if len(cells) == 2 for name in re.findall(r"`([\w/]+)`", cells[1])]
    assert sorted(named) == installed
