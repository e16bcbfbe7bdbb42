"""Reading rosters: what schools and platforms export, and everything that is odd in them."""

from __future__ import annotations

import pytest

from grader.class_result import Refused, Student
from grader.classroom.roster import Roster, read
from grader.errors import UsageError

PLAIN = "id,name,email,section,group\ns1,Ada Lovelace,ada@x.edu,A,g1\ns2,Alan Turing,alan@x.edu,B,\n"
ADA = Student("s1", "Ada Lovelace", "ada@x.edu", "A", "g1", "s001")
ALAN = Student("s2", "Alan Turing", "alan@x.edu", "B", "", "s002")


def roster(tmp_path, text: str | bytes) -> Roster:
    path = tmp_path / "roster.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = read(path)
    assert isinstance(found, Roster)
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_text_that_spreadsheets_write_is_read(tmp_path, encoding, separator, end):
    """Encodings, separators and line ends make no difference."""
    text = PLAIN.replace(",", separator).replace("\n", end)
    assert tuple(roster(tmp_path, text.encode(encoding))) == (ADA, ALAN)


def test_a_line_that_names_the_separator_is_passed_over(tmp_path):
    """Excel writes `sep=;` for itself."""
    assert tuple(roster(tmp_path, "sep=;\n" + PLAIN.replace(",", ";"))) == (ADA, ALAN)


@pytest.mark.parametrize(
    ("heading", "row", "student"),
    [
        ("Student ID,First Name,Last Name", "7,Ada,King", Student("7", "Ada King")),
        (
            "Name,SID,Email,Role,Sections",
            "Ada King,7,a@x.edu,Student,L1",
            Student("7", "Ada King", "a@x.edu", "L1"),
        ),
        (
            "Student,ID,SIS User ID,SIS Login ID,Section",
            '"King, Ada",7,u7,aking,L1',
            Student("7", "King, Ada", "", "L1"),
        ),
        ("identifier,github_username,github_id,name", "7,octo-ada,99,Ada", Student("7", "Ada")),
        ("E-MAIL,Team Name", "a@x.edu,T", Student("a@x.edu", "", "a@x.edu", "", "T")),
        ("Vorname;Nachname;Matrikelnummer", "Ada;König;7", Student("7", "Ada König")),
        ("name", "Ada King", Student("Ada King", "Ada King")),
    ],
)
def test_headings_of_schools_and_platforms_are_known(tmp_path, heading, row, student):
    """Gradescope, Canvas, GitHub Classroom and what people write themselves."""
    (found,) = roster(tmp_path, f"{heading}\n{row}\n")
    assert found == Student(student.id, student.name, student.email, student.section, student.group, "s001")


def test_other_ids_are_kept_beside_the_students(tmp_path):
    """Logins and further numbers find a student, and the columns with paths are kept as they are."""
    found = roster(
        tmp_path, "ID,SIS Login ID,SIS User ID,submission,repo\n7,aking,u7,late/a  b.zip,\n8,,,,repos/8\n"
    )
    assert found.also == {"7": ("u7", "aking"), "8": ()}
    assert (found.places, found.repos) == ({"7": "late/a  b.zip"}, {"8": "repos/8"})


def test_the_rows_of_a_gradebook_that_are_nobody_are_passed_over(tmp_path):
    """Canvas's row of points and its rows about other things are no students."""
    text = (
        "Student,ID,SIS Login ID,Section,HW\n    Points Possible,,,,100\n,,,,Manual Posting\nA B,1,ab,X,\n\n"
    )
    assert tuple(roster(tmp_path, text)) == (Student("1", "A B", "", "X", "", "s001"),)


def test_staff_in_a_roster_is_left_out(tmp_path):
    """Where a column says who teaches, they are noted."""
    found = roster(tmp_path, "Name,SID,Role\nAda,1,Student\nBob,2,TA\n")
    assert [s.id for s in found] == ["1"]
    assert found.notes == ("roster, line 3: Bob is left out, as TA",)


def test_two_students_with_one_id_are_both_refused(tmp_path):
    """Neither receives the other's grade, the others stay, and ids that differ in case only are one."""
    found = roster(tmp_path, "id,name\ns1,Ada\ns2,Bob\nS1,Eve\n")
    assert tuple(found) == (Student("s2", "Bob", code="s001"),)
    end = ": neither is graded until each has one of their own"
    assert found.refused == (
        Refused("roster, line 2", "Ada has the same id as another student, s1" + end, "s1"),
        Refused("roster, line 4", "Eve has the same id as another student, S1" + end, "S1"),
    )
    assert found.shared == ("s1", "S1")


def test_one_student_in_two_sections_is_one_student(tmp_path):
    """The same id, name and address twice is no quarrel."""
    found = roster(tmp_path, "id,name,section\ns1,Ada,A\ns1,Ada,B\n")
    assert tuple(found) == (Student("s1", "Ada", "", "A", "", "s001"),)
    assert (found.refused, found.notes) == (
        (),
        ("roster, line 3: Ada is listed twice; the first row counts",),
    )


def test_two_rows_with_an_id_alone_may_be_two_students(tmp_path):
    """Where there is nothing but the id, nobody can say that it is the same person."""
    found = roster(tmp_path, "id\ns1\ns1\ns2\n")
    assert ([s.id for s in found], len(found.refused)) == (["s2"], 2)


def test_rows_without_an_id(tmp_path):
    """An address stands for a missing id; without one the row is refused and the others stay."""
    found = roster(tmp_path, "id,name,email\n,Ada,a@x.edu\n,Bob,\n3,Eve,\n")
    assert [s.id for s in found] == ["a@x.edu", "3"]
    assert found.notes == ("roster, line 2: Ada has no id, so the e-mail address stands for it",)
    assert found.refused == (Refused("roster, line 3", "Bob has no id"),)


def test_names_are_kept_and_made_printable(tmp_path):
    """Quotes, commas, line breaks, control characters and HTML: nothing breaks a line or a terminal."""
    names = [
        'O""Brien, ""Ada""',
        "Line\r\nBreak",
        "Bell\x07\x1b[31m",
        "<script>alert(1)</script>",
        "=1+1",
        "\u202eadA",
    ]
    text = "id,name\n" + "".join(f'{i},"{name}"\n' for i, name in enumerate(names))
    assert [s.name for s in roster(tmp_path, text)] == [
        'O"Brien, "Ada"',
        "Line Break",
        "Bell\\x07\\x1b[31m",
        "<script>alert(1)</script>",
        "=1+1",
        "\\u202eadA",
    ]


def test_codes_follow_the_order_of_the_roster(tmp_path):
    """As many digits as the class needs, and at least three."""
    codes = [s.code for s in roster(tmp_path, "id\n" + "".join(f"x{i}\n" for i in range(1000)))]
    assert (codes[0], codes[-1], len(set(codes))) == ("s0001", "s1000", 1000)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the roster IT is empty"),
        (b"\n \n", "the roster IT is empty"),
        (b"id,name\n", "the roster IT has a heading and no student"),
        (b"id,name\n,,\n", "the roster IT has a heading and no student"),
        (
            b"colour,taste\nred,sweet\n",
            "the roster IT has no column that says who somebody is: it begins with colour, taste; "
            "call one id, email or name",
        ),
        (
            "id,name\n1,Jos\u00e9\n".encode("latin-1"),
            "the roster IT is not UTF-8 text (byte 13): save it as CSV in UTF-8",
        ),
        (b"id,name\n1," + b"a" * 200_000, "the roster IT, line 2: field larger than field limit (131072)"),
    ],
)
def test_a_roster_that_says_nothing_is_one_sentence(tmp_path, content, sentence):
    """Empty, without a student, without a heading, not text: a sentence that names the file."""
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert str(caught.value).replace(str(path), "IT") == sentence


def test_a_missing_roster_is_one_sentence(tmp_path):
    """No such file, and a folder in its place."""
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_no_roster_is_nobody():
    """Whoever hands something in is a student then."""
    assert read(None) == ()
