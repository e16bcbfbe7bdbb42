"""Reports of the sanitizers become one sentence with a line of the submission."""

from __future__ import annotations

from grader.worker.sanitizer import SWITCHES, read

REPORT = """noise
==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x6120 at pc 0x7f bp 0x7f sp 0x7f
READ of size 4 at 0x6120 thread T1
    #0 0x7f9a0da9ae9f  (/tmp/x/built-sanitized/kernels.abi3.so+0x2fe9f)
    #1 0x7f9a13a37a5a  (/site-packages/mlx/lib/libmlx.so+0x237a5a)

0x6120 is located 0 bytes to the right of 1800-byte region [0x1,0x2)
allocated by thread T0 here:
    #0 0x7f9a172b89cf  (/usr/lib/libasan.so+0xb89cf)
    #1 0x7f9a14562ee0  (/site-packages/mlx/lib/libmlx.so+0xd62ee0)
"""


def test_a_read_past_the_end_names_size_and_line():
    """MLX's own eight bytes in front of an array are not counted; a hidden case gets no numbers."""
    asked = []

    def locate(offsets):
        asked.extend(offsets)
        return ["/usr/include/c++/12/vector:1", "./quantized_matmul.cpp:57"]

    found = read(REPORT, {"quantized_matmul.cpp"}, "kernels.abi3.so", locate)
    assert asked == [0x2FE9F]
    assert found.text == "reads 4 bytes past the end of an array of 1792 bytes at quantized_matmul.cpp:57"
    assert found.neutral == "reads past the end of an array at quantized_matmul.cpp:57"


def test_undefined_behaviour_and_no_finding():
    """The line stands in the report itself; ordinary output is no finding."""
    text = "a.cpp:5:20: runtime error: signed integer overflow: 7 + 2147483647 cannot be represented in type 'int'\n"
    found = read(text, {"a.cpp"}, "kernels.so", lambda offsets: [])
    assert found.text.startswith("undefined behaviour at a.cpp:5: signed integer overflow: 7 + 2147483647")
    assert "2147483647" not in found.neutral
    assert read("all is well\n", set(), "kernels.so", lambda offsets: []) is None


def test_what_switches_findings_off_is_seen():
    assert SWITCHES.search(b'__attribute__((no_sanitize("address")))')
    assert SWITCHES.search(b'extern "C" const char* __asan_default_options()')
    assert not SWITCHES.search(b"int sanitary = 0;")
