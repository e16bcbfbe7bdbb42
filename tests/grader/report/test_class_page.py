"""The class report as a page: what it says, what it leaves out, and that it holds whatever a class may be."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from page_tree import Node, parse

from grader.class_result import Attempt, ClassResult, Grade, Refused, Student
from grader.errors import CannotJudge
from grader.report.class_help import who_needs_help
from grader.report.class_names import codes, naming
from grader.report.class_page import render_class, write_class
from grader.result import Result, Verdict
from tests import class_maker
from tests.class_maker import DAYS, TASKS, task_of, unwritten_message

SIZE = 2_000_000
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def sixty() -> ClassResult:
    return class_maker.make(60)


@pytest.fixture(scope="module")
def page(sixty: ClassResult) -> Node:
    links = {
        g.student.id: f"students/{g.student.code}.html"
        for g in sixty.grades
        if g.counted and g.counted.result
    }
    return parse(render_class(sixty, links))


def section_ids(tree: Node) -> list[str]:
    return [node.attrs["id"] for node in tree.all("section")]


def alone(verdict: Verdict, *students: str) -> ClassResult:
    """Return a class in which everybody has the same verdict in every task."""
    done: dict[str, Verdict] = {}
    passed = verdict is Verdict.PASS
    tasks = []
    for row in TASKS:
        message = None if passed else unwritten_message(row[0])
        check = class_maker.CheckResult(
            "values", "values", class_maker.Tier.CORE, verdict, row[2] if passed else 0, row[2], 1, 1, message
        )
        tasks.append(task_of(row, [check], done))
    base = class_maker.make(1).graded[0].result
    assert base is not None
    run: Result = replace(base, tasks=tuple(tasks), days=DAYS)
    grades = []
    for student in students:
        attempt = Attempt(student, 1, student, "2026-11-24T02:00:00Z", run)
        grades.append(Grade(Student(student), (attempt,), attempt, run.points, 0.0, 0.0, run.points))
    return ClassResult("1", "Week 2", 2, grades=tuple(grades))


def test_a_full_class_has_every_section_in_its_order(page: Node) -> None:
    """The rail links exactly the sections of the page; one h1; every table head has a scope."""
    names = ["head", "scores", "matrix", "items", "misconceptions", "kernels", "help", "staff", "graded"]
    assert section_ids(page) == names
    assert [a.attrs["href"] for a in page.one("nav").all("a")] == [f"#{name}" for name in names]
    assert len(page.all("h1")) == 1
    assert all("scope" in head.attrs for head in page.all("th"))
    ids = [node.attrs["id"] for node in page.walk() if "id" in node.attrs]
    assert len(ids) == len(set(ids))


def test_the_matrix_shows_every_verdict_of_every_student(sixty: ClassResult, page: Node) -> None:
    """A row per student by core points, with the verdicts of the counted attempt and a link where there is one."""
    table = page.one("table", cls="mx")
    rows = table.one("tbody").all("tr")
    order = sorted(
        (g for g in sixty.grades if g.counted is not None), key=lambda grade: (-grade.points, -grade.extra)
    )
    assert len(rows) == 60
    for row, grade in zip(rows, order, strict=False):
        assert grade.counted is not None
        run = grade.counted.result
        cells = [c.text() for c in row.all("td") if c.attrs.get("class") in {"P", "F", "S", "I", "E"}]
        assert cells == ([task.verdict.value for task in run.by_day] if run is not None else [])
        assert [a.attrs["href"] for a in row.all("a")] == (
            [f"students/{grade.student.code}.html"] if run is not None else []
        )
    foot = [[int(cell.text()) for cell in row.all("td")[:-1]] for row in table.one("tfoot").all("tr")]
    verdicts = [[t.verdict for t in a.result.by_day] for a in sixty.graded if a.result is not None]
    for counts, kind in zip(foot, (Verdict.PASS, Verdict.FAIL, Verdict.SKIPPED), strict=True):
        assert counts == [sum(row[i] is kind for row in verdicts) for i in range(len(TASKS))]


def test_the_headline_follows_from_the_numbers(page: Node) -> None:
    """The sentences name the median, the hurdle and the shared misconception that the sections below show."""
    text = page.one("section", id="head").text()
    items = page.one("table", cls="item").one("tbody").rows()
    worst = max(items, key=lambda row: float(row[6].removesuffix(" %")))
    assert f"The hurdle is {worst[0].split()[0]} " in text
    proved = page.all("table", cls="cl")[0].one("tbody").rows()
    first = re.match(r"\d+ of \d+: .*?(?= 2\.\d\.\d )", proved[0][0])
    assert first is not None
    assert first[0] in text
    median = page.one("a", href="#scores").text().removeprefix("Scores median ")
    assert f"have {median} points or more" in text


@pytest.mark.parametrize(
    ("result", "sections", "sentence"),
    [
        (ClassResult("", "Week 1", 1), ["head", "graded"], "Nothing has been graded yet."),
        (
            ClassResult("1", "Week 1", 1, grades=(Grade(Student("a")), Grade(Student("b")))),
            ["head", "matrix", "help", "graded"],
            "Nothing has been graded yet.",
        ),
        (
            alone(Verdict.PASS, "a"),
            ["head", "matrix", "items", "misconceptions", "graded"],
            "One submission counts, with 102 of 100 points. No task fails.",
        ),
        (
            alone(Verdict.PASS, "a", "b", "c"),
            ["head", "scores", "matrix", "items", "misconceptions", "graded"],
            "All 3 who count have 102 of 100 points. No task fails.",
        ),
        (
            alone(Verdict.FAIL, "a", "b"),
            ["head", "scores", "matrix", "items", "misconceptions", "help", "graded"],
            "All 2 who count have 0 of 100 points.",
        ),
    ],
    ids=["empty", "nobody handed in", "one student", "all perfect", "all not written"],
)
def test_a_section_without_data_is_left_out(result: ClassResult, sections: list[str], sentence: str) -> None:
    """No empty shell, no division by nothing, and a sentence that says what there is."""
    points = sum(row[2] for row in TASKS)
    for names in (True, False):
        tree = parse(render_class(result, names=names))
        assert section_ids(tree) == sections
        assert sentence.replace("102", f"{points:g}") in tree.one("section", id="head").text()
        assert "nan" not in tree.text().lower().split()


def test_nobody_is_told_who_is_not_to_be_named(sixty: ClassResult) -> None:
    """Without names no id, name, address, group, source, link, problem or remark for staff is in the bytes."""
    spoken = replace(
        sixty,
        policy=("The best attempt counts.", f"{sixty.grades[3].student.name} has two days more."),
        environment={"machine": "2 cores", "host": f"server of {sixty.grades[4].student.id}"},
        refused=(Refused("secret-folder", "not in the roster"),),
        notes=("a note for staff",),
    )
    text = render_class(
        spoken, {g.student.id: f"students/{g.student.code}.html" for g in spoken.grades}, names=False
    )
    for grade in spoken.grades:
        own = grade.student
        sources = [attempt.source for attempt in grade.attempts] + [
            a.problem for a in grade.attempts if a.problem
        ]
        assert [word for word in (own.id, own.name, own.email, *sources) if word in text] == []
        assert own.group not in text or not own.group
        assert own.code in text
    for word in (
        "secret-folder",
        "a note for staff",
        "batch.py:12",
        "students/",
        "mailto",
        "TypeError: '",
        "alike",
        "02:59",
    ):
        assert word not in text, word
    assert "The best attempt counts." in text
    assert text.count("(left out: it may name a student)") == 2
    assert section_ids(parse(text)) == [*section_ids(parse(render_class(spoken)))[:7], "graded"]


def test_figures_are_the_same_with_and_without_names(sixty: ClassResult) -> None:
    """Leaving out names changes no count of the item table and of the proved misconceptions."""
    named, coded = (parse(render_class(sixty, names=names)) for names in (True, False))
    assert named.one("table", cls="item").rows() == coded.one("table", cls="item").rows()
    first, second = (tree.all("table", cls="cl")[0].rows() for tree in (named, coded))
    assert [row[:3] for row in first] == [row[:3] for row in second]


def test_codes_are_unique_and_tell_no_id() -> None:
    """A code that is missing, used twice, or the student's own id is replaced by one that is none of these."""
    students = [
        Student("ada", "Ada", code="s001"),
        Student("s002", "Bo", code="s002"),
        Student("c", "C", code=""),
        Student("d", "D", code="x"),
        Student("e", "E", code="X"),
        Student("f", "F", code="../../etc"),
    ]
    found = codes(students)
    assert found["ada"] == "s001"
    assert len({code.lower() for code in found.values()}) == len(students)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,60}", code) for code in found.values())
    assert not {"s002", "ada", "x"} & (set(found.values()) - {"s001"})


def test_two_students_of_one_name_are_told_apart() -> None:
    """With names, who shares one has the id beside it."""
    pair = [Grade(Student("u1", "Kim Lee")), Grade(Student("u2", "Kim Lee")), Grade(Student("u3", "Bo Abe"))]
    called = naming(ClassResult("1", "Week 1", 1, grades=tuple(pair)), None, True)
    assert [called.label(g.student) for g in pair] == ["Kim Lee (u1)", "Kim Lee (u2)", "Bo Abe"]


@pytest.mark.parametrize("names", [True, False])
def test_hostile_names_and_texts_stay_text(names: bool) -> None:
    """Names with markup, bidi marks, line breaks and templates are escaped or spelled out; the tree stays whole."""
    result = class_maker.make(20, hostile=True)
    evil = '</td><script>alert(1)</script>\u202e\x1b[31m"'
    first, *others = result.grades
    student = replace(first.student, id=evil, email=evil, section=evil, group=evil, code=evil)
    changed = replace(
        result,
        title=evil,
        course=evil,
        run_id=evil,
        finished_at=evil,
        deadline=evil,
        policy=(evil,),
        notes=(evil,),
        refused=(Refused(evil, evil, evil),),
        environment={evil: evil},
        hashes={evil: evil},
        grades=(replace(first, student=student, pending=evil, reasons=(evil,)), *others),
    )
    text = render_class(changed, {evil: "students/s001.html"}, names=names)
    tree = parse(text)
    assert len(tree.all("script")) == 1
    assert not tree.all("img")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", text)
    assert "49" not in tree.one("table", cls="mx").text().split()
    attributes = {name for node in tree.walk() for name in node.attrs}
    assert not {name for name in attributes if name.startswith("on") or name == "style"}


@pytest.mark.parametrize("names", [True, False])
def test_the_page_asks_for_nothing_and_600_students_fit(names: bool) -> None:
    """At most 2 MB for 600 students; no address outside, and a policy that forbids every request."""
    text = render_class(class_maker.make(600), names=names)
    assert len(text.encode()) <= SIZE
    assert not re.search(r"(?:src|href)=\"(?!#)|url\((?!#)|@import|https?://", text)
    policy = next(m.attrs["content"] for m in parse(text).all("meta") if "http-equiv" in m.attrs)
    assert policy.startswith("default-src 'none'; ")


def test_the_same_class_gives_the_same_bytes(sixty: ClassResult) -> None:
    """Nothing depends on a clock, on memory addresses or on the order of sets."""
    assert render_class(sixty) == render_class(class_maker.make(60))


def test_the_policy_allows_the_style_and_the_script_of_the_page_alone(sixty: ClassResult) -> None:
    """The hashes in the policy are those of the two elements, so that neither is blocked and nothing else runs."""
    tree = parse(render_class(sixty))
    policy = next(m.attrs["content"] for m in tree.all("meta") if "http-equiv" in m.attrs)
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(tree.one(tag).raw().encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_the_commands_that_the_page_names_exist(page: Node) -> None:
    """Each begins like a heading of the reference of commands."""
    known = [
        line[3:] for line in (ROOT / "docs" / "commands.md").read_text().splitlines() if line[:3] == "## "
    ]
    shown = [code.text() for code in page.one("section", id="graded").all("code")]
    assert len(shown) == 7
    assert [s for s in shown if not any(s.split()[:3] == k.split()[:3] for k in known)] == []


def test_who_needs_help_is_who_the_rule_names(sixty: ClassResult, page: Node) -> None:
    """Everybody below 40 % and without a submission is listed; nobody of the upper three quarters is."""
    listed = {needy.label for needy in who_needs_help(sixty, naming(sixty, None, False))}
    for grade in sixty.grades:
        if grade.counted is None or grade.points < 40:
            assert grade.student.code in listed
        if grade.points > 75:
            assert grade.student.code not in listed
    assert len(page.one("section", id="help").one("tbody").all("tr")) == len(listed)


def test_a_class_folder_has_a_page_per_graded_student(sixty: ClassResult, tmp_path: Path) -> None:
    """Every link of the written report leads to a file; without names there are neither links nor files."""
    path = write_class(sixty, tmp_path / "named")
    links = {a.attrs["href"] for a in parse(path.read_text()).all("a") if not a.attrs["href"].startswith("#")}
    assert path.name == "report.html"
    assert len(links) == len(sixty.graded)
    assert {f"students/{p.name}" for p in (tmp_path / "named" / "students").iterdir()} == links
    coded = write_class(sixty, tmp_path / "coded", names=False)
    assert list((tmp_path / "coded").iterdir()) == [coded]
    assert write_class(sixty, tmp_path / "bare", pages=False).parent.is_dir()
    assert not (tmp_path / "bare" / "students").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(sixty: ClassResult, tmp_path: Path) -> None:
    """A file in the place of the folder ends the command with its reason, and stays."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CannotJudge, match="cannot write the class report"):
        write_class(sixty, tmp_path / "file", pages=False)
    assert (tmp_path / "file").read_text() == "mine"
