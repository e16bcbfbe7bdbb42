"""Suspicious things in C++ text: for staff to read, never certain.

A tokenizer, not a compiler: what macros put together is not seen. The built objects say more (`symbols`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .rules import Found

SUFFIXES = (".cpp", ".h", ".hpp", ".metal")
MAX_FILE_BYTES = 400_000
MAX_FOUND = 20  # in all files

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<raw>R"(?P<mark>[^()\\\s]{0,16})\(.*?(?:\)(?P=mark)"|\Z))
    |(?P<text>"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)""",
    re.DOTALL | re.VERBOSE,
)
_DIRECTIVE = re.compile(r"^[ \t]*(?:\#|%:|\?\?=)[ \t]*(?P<word>\w+)(?P<rest>[^\n]*)", re.MULTILINE)
_WORDS: tuple[tuple[str, str], ...] = (
    (r"\b(?:asm|__asm__|__asm)\b", "assembler: it can read files at build time, or hide calls"),
    (r"\.incbin\b", ".incbin takes a file into the library"),
    (r"\bconstructor\b", "a constructor runs when the library is loaded"),
    (r"\binit_priority\b|\binit_array\b", "code that runs when the library is loaded"),
    (r"\b_Pragma\b", "a pragma inside of code"),
    (
        r"\bno_sanitize\w*\b|\b__SANITIZE_\w+|\b__asan_\w+|\b__ubsan_\w+|\bdisable_sanitizer\w*",
        "sanitizers are asked for, or avoided",
    ),
    (r"\b(?:dlopen|dlsym|dlmopen|dl_iterate_phdr)\b", "looks functions up by name"),
    (r"\b(?:system|popen|execl|execv|execve|execvp|posix_spawn|fork|vfork|clone)\s*\(", "starts programs"),
    (r"\b(?:socket|connect|ptrace|syscall)\s*\(", "talks to the system"),
    (r"\bPy(?:Run|Import|Object_Call|Eval)\w*|\bmodule_::import_\b", "calls back into Python"),
)


def look(files: Mapping[str, bytes]) -> list[Found]:
    """Return what staff should look at in the C++ files of a snapshot.

    Args:
        files: content by path below the snapshot; other files are passed over.
    """
    found: list[Found] = []
    for file in sorted(f for f in files if f.endswith(SUFFIXES)):
        if len(files[file]) > MAX_FILE_BYTES:
            found.append(Found(file, 0, "", False, "is too large to be read"))
        else:
            found += _file(file, files[file].decode("utf-8", "replace"))
    return found[:MAX_FOUND]


def _file(file: str, text: str) -> Iterator[Found]:
    text = re.sub(r"\\[ \t]*\r?\n", lambda m: " " * (len(m[0]) - 1) + "\v", text)  # a line that goes on
    code = _TOKEN.sub(_without_comments, text)
    for match in _DIRECTIVE.finditer(code):
        sentence = _directive(match["word"], match["rest"].strip())
        if sentence:
            yield Found(file, _line(text, match.start()), f"#{match['word']}", False, sentence)
    for pattern, reason in _WORDS:
        for match in re.finditer(pattern, code):
            yield Found(
                file, _line(text, match.start()), match[0].rstrip("( "), False, f"{match[0]}: {reason}"
            )


def _without_comments(match: re.Match[str]) -> str:
    if match["comment"] is None:
        return match[0]
    return re.sub(r"[^\n\v]", " ", match[0])


def _directive(word: str, rest: str) -> str:
    if word in ("include", "include_next", "import"):
        name = re.match(r'["<]([^">]*)[">]', rest)
        if name is None:
            return f"#{word} {rest[:40]}: the name of the file is computed"
        if name[1].startswith("/") or ".." in name[1].split("/"):
            return f"#{word} {rest[:80]}: a file outside of the submission"
        return ""
    if word == "embed":
        return f"#embed {rest[:80]}: takes a file into the library"
    if word == "pragma" and re.match(r"(GCC|clang)\s+(optimize|target|diagnostic|poison|push_options)", rest):
        return f"#pragma {rest[:60]}: changes how the compiler works"
    return ""


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + text.count("\v", 0, position) + 1
