"""What staff should look at in C++ text: never certain, and told with the right line."""

from __future__ import annotations

import pytest

from grader.paths import ROOT
from grader.policy import cpp

SUSPICIOUS = {
    '#include "/etc/passwd"': "#include",
    "#include <../../reference/kernels/dense.h>": "#include",
    "%:include </dev/zero>": "#include",
    "#  include SOME_FILE": "#include",
    "#include \\\n  <../x.h>": "#include",
    "#embed </etc/passwd>": "#embed",
    "#pragma GCC optimize(3)": "#pragma",
    "#pragma clang diagnostic push": "#pragma",
    '_Pragma("GCC optimize(3)")': "_Pragma",
    'asm(".incbin \\"x\\"");': "asm",
    "__attribute__((constructor)) void f() {}": "constructor",
    "[[gnu::constructor]] void f() {}": "constructor",
    "__attribute__((no_sanitize(\"address\"))) void f() {}": "no_sanitize",
    'int r = std::system("ls");': "system",
    'FILE* f = popen("ls", "r");': "popen",
    "auto p = fork();": "fork",
    'void* f = dlsym(nullptr, "g");': "dlsym",
    "int s = socket(1, 2, 3);": "socket",
    'PyRun_SimpleString("x");': "PyRun_SimpleString",
    'nb::module_::import_("mlx.core");': "module_::import_",
}  # fmt: skip
PLAIN = (
    '#include "quantized_matmul.h"',
    "#include <vector>",
    '#include "kernels/primitive.h"',
    "#pragma once",
    "#pragma omp simd",
    "// fork() and system() in a comment, and #include </etc/passwd>",
    "/* asm\n#include </dev/zero> */",
    "class Subsystem { Subsystem(); };  // a constructor",
    "int system_size = 1;",
)


@pytest.mark.parametrize("text", SUSPICIOUS)
def test_a_suspicious_line_is_shown(text):
    """With its line, and as doubtful."""
    found = cpp.look({"kernels/a.cpp": f"int a;\n\n{text}\nint b;\n".encode()})
    assert SUSPICIOUS[text] in {f.name for f in found}
    assert {(f.file, f.line, f.certain) for f in found} == {("kernels/a.cpp", 3, False)}


@pytest.mark.parametrize("text", PLAIN)
def test_plain_code_is_not_shown(text):
    """Comments, own headers and words that only look alike."""
    assert cpp.look({"kernels/a.h": text.encode()}) == []


def test_lines_after_a_continued_one_keep_their_numbers():
    """A backslash at the end joins lines and does not lose one."""
    text = b"#define A \\\n 1 + \\\n 2\nint x = fork();\n"
    assert [f.line for f in cpp.look({"a.cpp": text})] == [4]


@pytest.mark.parametrize("folder", ["reference/kernels", "student/kernels", "kernels/ops"])
def test_our_own_kernels_are_clean(folder):
    """What we ask students to write like has nothing that staff would have to read."""
    files = {str(p.relative_to(ROOT)): p.read_bytes() for p in (ROOT / folder).iterdir() if p.is_file()}
    assert cpp.look(files) == []


HOSTILE = (
    b'"' * 300_000,
    b"/*" * 100_000,
    b'R"(' * 100_000,
    b"\\\n" * 100_000,
    b"#include " * 40_000,
    b"\xff\0" * 1000,
    b"asm" * 100_000,
    b"a" * 500_000,
)


@pytest.mark.parametrize("content", HOSTILE, ids=lambda content: repr(content[:8]))
def test_hostile_text_hides_no_other_file(content):
    """Open strings, comments and raw strings without end are read once, and the next file after them."""
    found = cpp.look({"a.cpp": content, "b.cpp": b"int x = fork();"})
    assert [f.name for f in found if f.file == "b.cpp"] == ["fork"]
