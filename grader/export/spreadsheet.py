"""CSV that a spreadsheet opens without executing anything.

Covered: text whose first visible character starts a formula (`= + - @`, their full-width forms, tab, carriage return,
line feed) gets an apostrophe before it, as OWASP advises ("CSV Injection"); all text is quoted, so that a semicolon
or a tab in it cannot start a cell where the list separator is another one. Numbers are ours and stay numbers.
Knows nothing about grades.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

Cell = str | int | float | bool | None

FORMULA = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are the full-width = + - @


def neutral(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula."""
    seen = text.lstrip()
    return f"'{text}" if text[:1] in FORMULA or seen[:1] in FORMULA else text


def one_line(text: str) -> str:
    """Return `text` on one line: every run of white space and control characters becomes one space."""
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return " ".join(spaced.split())


def number(value: float) -> str:
    """Write a number of points: at most four digits after the point, none that say nothing (`97.5`, `98`)."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as CSV in UTF-8: a header, comma, text quoted, lines that end with a line feed.

    Booleans are written as `true` and `false`, None as an empty cell.
    """
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return int(value) if value.is_integer() else round(value, 6)
    return neutral(one_line(value)) if isinstance(value, str) else value
