"""The report in a real browser: nothing is cut off, requested, or out of reach for a screen reader.

Needs chromium and node on PATH and what `tests/browser/setup.sh` installs; skipped without them.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
from pathlib import Path
from typing import Any

import made_up
import made_up_speed
import pytest
from test_report_hostile import spoil

from grader.report import write_student
from grader.result import Result

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

VIEWS = ("1280-light", "1280-dark", "390-light", "390-dark")
WITHOUT_SCRIPT = "390-light-noscript"


class Seen:
    """A page that was looked at: what was found per view, and the folder of its screenshots."""

    def __init__(self, result: Result, folder: Path, views: tuple[str, ...]) -> None:
        self.folder = folder
        self.page = write_student(result, folder)
        command = ["node", HERE / "look.cjs", MODULES, CHROMIUM, folder, self.page, *views]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        self.views: dict[str, dict[str, Any]] = {found["view"]: found for found in json.loads(done.stdout)}
        assert tuple(self.views) == views


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen(made_up.mixed(), tmp_path_factory.mktemp("mixed"), (*VIEWS, WITHOUT_SCRIPT))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    text = '"><img src=//example.org onerror=alert(1)><script>alert(1)</script>' + "\u202e\x1bW" * 12
    return Seen(spoil(made_up.mixed(), text), tmp_path_factory.mktemp("hostile"), ("1280-dark", "390-light"))


@pytest.fixture(scope="module")
def timed(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return Seen(made_up_speed.measured(), tmp_path_factory.mktemp("timed"), VIEWS)


def picture_size(path: Path) -> tuple[int, int]:
    return struct.unpack(">II", path.read_bytes()[16:24])


def test_no_request_leaves_the_page_and_nothing_complains(seen: Seen, hostile: Seen, timed: Seen) -> None:
    """The only thing that is ever loaded is the file itself; no error, no blocked script, no dialog."""
    for look in (seen, hostile, timed):
        for found in look.views.values():
            requests = [url.partition("#")[0] for url in found["requests"]]
            assert (set(requests), found["complaints"]) == ({f"file://{look.page}"}, []), found["view"]


def test_the_accessibility_checker_finds_no_violation(seen: Seen, hostile: Seen, timed: Seen) -> None:
    """All tasks open, both widths, light and dark: axe-core's rules all hold, and many of them apply."""
    for look in (seen, hostile, timed):
        for view in set(look.views) - {WITHOUT_SCRIPT}:
            assert (view, look.views[view]["violations"]) == (view, [])
            assert look.views[view]["rules_passed"] > 30


def test_nothing_is_wider_than_the_window(seen: Seen, hostile: Seen, timed: Seen) -> None:
    """No sideways scrolling and no element past the edge, long words without a space included."""
    for look in (seen, hostile, timed):
        for view, found in look.views.items():
            assert (view, found["width"], found["cut_off"]) == (view, int(view.split("-")[0]), [])


def test_screenshots_have_the_width_of_the_window_and_differ_by_scheme(seen: Seen) -> None:
    """There is a picture of every view, folded and open; the open one is taller, light and dark differ."""
    for view in VIEWS:
        folded, opened = (picture_size(seen.folder / f"{view}{state}.png") for state in ("", "-open"))
        assert folded[0] == opened[0] == int(view.split("-")[0])
        assert folded[1] < opened[1]
    for width in ("1280", "390"):
        light, dark = ((seen.folder / f"{width}-{scheme}.png").read_bytes() for scheme in ("light", "dark"))
        assert light != dark


def test_paper_shows_every_finding_although_its_task_is_folded(seen: Seen) -> None:
    """Printed, with or without scripts, the reasons are there; on the screen they are folded."""
    for found in seen.views.values():
        assert (found["on_screen"], found["on_paper"]) == (0, 4), found["view"]


def test_scripts_only_open_and_the_page_reads_without_them(seen: Seen) -> None:
    """With scripts a link opens its task and a button all of them; without, the button is not there."""
    tasks = len(made_up.mixed().tasks)
    for view in VIEWS:
        found = seen.views[view]
        assert (found["button"], found["folded"], found["followed"], found["opened"]) == (
            True,
            0,
            ["t1.3.1"],
            tasks,
        )
    plain = seen.views[WITHOUT_SCRIPT]
    assert (plain["button"], plain["folded"], plain["followed"]) == (False, 0, [])
    assert picture_size(seen.folder / f"{WITHOUT_SCRIPT}-open.png")[1] > 4_000
