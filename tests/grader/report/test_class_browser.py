"""The class report in a real browser: sorted and filtered by keyboard, readable without scripts, never cut off.

Needs chromium and node on PATH and what `tests/browser/setup.sh` installs; skipped without them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from grader.report.class_page import write_class
from tests import class_maker

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("GRADER_NODE_MODULES", HERE.parents[1] / "browser" / "node_modules"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH"),
    pytest.mark.skipif(shutil.which("node") is None, reason="no node on PATH"),
    pytest.mark.skipif(
        not all((MODULES / name).is_dir() for name in ("axe-core", "playwright-core")),
        reason="axe-core and playwright-core are not installed: run tests/browser/setup.sh",
    ),
]

WITHOUT_SCRIPT = "390-light-noscript"
OPENED_S = 2.0
# number of students, names shown, hostile names, views
CLASSES = {
    "60": (60, True, False, ("1280-light", "390-dark", WITHOUT_SCRIPT)),
    "60 in codes": (60, False, False, ("1280-dark", "390-light")),
    "60 hostile": (60, True, True, ("1280-light", "390-light")),
    "600": (600, True, False, ("1280-light",)),
    "600 in codes": (600, False, False, ("390-dark",)),
}


@pytest.fixture(scope="module", params=CLASSES)
def seen(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    number, names, hostile, views = CLASSES[request.param]
    folder = tmp_path_factory.mktemp("class")
    page = write_class(class_maker.make(number, hostile=hostile), folder, names=names, pages=False)
    command = ["node", HERE / "look_class.cjs", MODULES, CHROMIUM, folder, page, *views]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    found = {one["view"]: one for one in json.loads(done.stdout)}
    assert tuple(found) == views
    return {"number": number, "names": names, "page": page, "folder": folder, "views": found}


def test_only_the_file_is_loaded_and_nothing_complains(seen: dict[str, Any]) -> None:
    """No request, no error, no blocked script, no dialog; nothing of a name ran."""
    for found in seen["views"].values():
        assert (set(found["requests"]), found["complaints"]) == ({f"file://{seen['page']}"}, []), found[
            "view"
        ]


def test_the_accessibility_checker_finds_no_violation(seen: dict[str, Any]) -> None:
    """Everything unfolded, sorted and filtered: axe-core's rules all hold, and many of them apply."""
    for view, found in seen["views"].items():
        if view != WITHOUT_SCRIPT:
            assert (view, found["violations"]) == (view, [])
            assert found["rules_passed"] > 30


def test_nothing_is_wider_than_the_window(seen: dict[str, Any]) -> None:
    """Wide tables scroll in regions of their own; all else stays inside."""
    for view, found in seen["views"].items():
        assert (view, found["width"], found["cut_off"]) == (view, int(view.split("-")[0]), [])


def test_the_keyboard_sorts(seen: dict[str, Any]) -> None:
    """Tab reaches the head of the points, Enter sorts them downwards, Space upwards, and one head says so."""
    for view, found in seen["views"].items():
        if view == WITHOUT_SCRIPT:
            continue
        (name, down, heads, high), (_, up, _, low) = found["sorted"]
        assert (name, down, up, heads) == ("core", "descending", "ascending", 1)
        numbers = [float(text) for text in high if text != "-"]
        assert len(high) == seen["number"]
        assert numbers == sorted(numbers, reverse=True)
        assert high[len(numbers) :] == low[len(numbers) :] == ["-"] * (len(high) - len(numbers))
        assert [float(text) for text in low if text != "-"] == sorted(numbers)


def test_the_filter_finds_by_text_section_and_verdict(seen: dict[str, Any]) -> None:
    """Letters in any case find a student, the count is announced, and the reset shows all again."""
    result = class_maker.make(seen["number"])
    failed = sum(a.result is not None and a.result.by_day[1].verdict.value == "FAIL" for a in result.graded)
    for view, found in seen["views"].items():
        if view == WITHOUT_SCRIPT:
            continue
        name, left, told = found["filtered"]["text"]
        assert name in left
        assert told == f"{len(left)} of {seen['number']} students"
        assert (found["filtered"]["reset"], found["filtered"]["verdict"]) == (seen["number"], failed)
        assert found["filtered"].get("section") == (seen["number"] // 2 if seen["names"] else None)


def test_without_scripts_the_page_is_whole(seen: dict[str, Any]) -> None:
    """Then there is no button and no filter, but every row; with scripts both are there."""
    for view, found in seen["views"].items():
        plain = view == WITHOUT_SCRIPT
        assert (found["buttons"] == 0, found["filter_shown"]) == (plain, not plain)
        assert found["rows"] == seen["number"]
        assert (seen["folder"] / f"{view}.png").stat().st_size > 20_000


def test_paper_has_the_heads_and_no_filter(seen: dict[str, Any]) -> None:
    """Printed, a head that is a button on the screen is still read; what one cannot press is gone."""
    for found in (one for view, one in seen["views"].items() if view.startswith("1280")):  # as wide as paper
        assert found["buttons"] > 10
        assert (found["heads_on_paper"], found["filter_on_paper"]) == (found["buttons"], False)


def test_opening_takes_less_than_two_seconds_of_the_page(seen: dict[str, Any]) -> None:
    """Processor time of the page's thread until everything is laid out, whatever else the machine does."""
    for view, found in seen["views"].items():
        assert 0 < found["opened_cpu_s"] < OPENED_S, view
