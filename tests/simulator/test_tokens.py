"""Tokens carry the file and line of the text that they came from."""

from __future__ import annotations

import pytest

from kernels.simulator.tokens import files_of, join, tokenize


def texts(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


def test_places_follow_line_markers() -> None:
    """A token's place is counted from the marker above it."""
    tokens = tokenize('# 1 "a.metal"\nint a;\n\nint b;\n# 7 "b.h" 1\nint c;\n')
    assert [(t.text, t.file, t.line) for t in tokens if t.kind == "name" and t.text != "int"] == [
        ("a", "a.metal", 1),
        ("b", "a.metal", 3),
        ("c", "b.h", 7),
    ]


def test_skipped_files_leave_no_tokens() -> None:
    """Lines under a marker of a skipped file are left out, and those behind it are not."""
    text = '# 1 "a.metal"\nint a;\n# 1 "std.h" 1\nint hidden;\n# 2 "a.metal" 2\nint b;\n'
    assert [t.text for t in tokenize(text, skip=lambda file: file == "std.h")] == [
        "int",
        "a",
        ";",
        "int",
        "b",
        ";",
    ]


def test_hash_behind_a_blank_is_no_marker() -> None:
    """Clang writes a blank before a hash sign that a macro made: such a line is text of the file above."""
    tokens = tokenize('# 1 "a.metal"\n # 9 "forged.h"\nint a;\n')
    assert {token.file for token in tokens} == {"a.metal"}
    assert tokens[-1].line == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a>>b", ["a", ">", ">", "b"]),
        ("x.y->z::w", ["x", ".", "y", "->", "z", "::", "w"]),
        ("1.5e-3f+0x1p-2", ["1.5e-3f", "+", "0x1p-2"]),
        ("1'000'000u", ["1'000'000u"]),
        (r'"a\"b" c', [r'"a\"b"', "c"]),
        ("[[kernel]]", ["[", "[", "kernel", "]", "]"]),
        ("f(args...)", ["f", "(", "args", "...", ")"]),
    ],
)
def test_lexemes(text: str, expected: list[str]) -> None:
    """Numbers, strings and signs are cut as C++ does, but for >>, which may close two template lists."""
    assert texts(text) == expected


def test_pragma_is_one_token() -> None:
    """A pragma is kept as a line."""
    tokens = tokenize('# 1 "a"\n#pragma unroll\nfor(;;);\n')
    assert (tokens[0].kind, tokens[0].text) == ("pragma", "#pragma unroll")


def test_open_string_is_an_error() -> None:
    """A literal that does not end on its line is told with its place."""
    with pytest.raises(ValueError, match=r"a\.metal:4: a literal"):
        tokenize('# 4 "a.metal"\nint a = "open;\n')


def test_join_keeps_words_apart() -> None:
    """Joined tokens have a blank only where there was one or where words would grow together."""
    assert join(tokenize("vec<float,  4>  x\n=\ny")) == "vec<float, 4> x = y"


def test_files_are_listed_once() -> None:
    """Every marker's file is listed once, quotes and backslashes undone."""
    assert files_of('# 1 "a"\n# 1 "b\\"c" 1\n# 2 "a" 2\n') == ["a", 'b"c']
