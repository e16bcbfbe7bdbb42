"""Words and signs that no Metal kernel has: host C++, the compiler's own names, other stages of the GPU."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ..errors import Finding
from ..translator.attributes import read_attributes
from ..translator.source import Source
from .directives import PRAGMAS

_NO_KEYWORD = "Metal has no `{word}`."
KEYWORDS: dict[str, tuple[str, str]] = {
    "double": ("Metal has no `double`.", "Use `float`."),
    "new": ("Metal cannot allocate memory: there is no `new`.", "Use an array of fixed size or a buffer."),
    "delete": ("Metal cannot free memory: there is no `delete`.", ""),
    "throw": ("Metal has no exceptions.", ""),
    "try": ("Metal has no exceptions.", ""),
    "catch": ("Metal has no exceptions.", ""),
    "dynamic_cast": ("Metal has no `dynamic_cast`.", ""),
    "typeid": ("Metal has no type identification.", ""),
    "virtual": ("Metal has no virtual functions.", "Use a template argument."),
    "thread_local": ("Metal has no `thread_local`.", "Variables of a function belong to the thread already."),
    "extern": ("Metal has no `extern`.", ""),
    "asm": ("Metal has no inline assembly.", ""),
    "wchar_t": (_NO_KEYWORD, ""),
    "char8_t": (_NO_KEYWORD, ""),
    "char16_t": (_NO_KEYWORD, ""),
    "char32_t": (_NO_KEYWORD, ""),
    "concept": ("`concept` is C++20, and Metal's C++ is older.", "Use enable_if_t or if constexpr."),
    "requires": ("`requires` is C++20, and Metal's C++ is older.", "Use enable_if_t or if constexpr."),
    "consteval": ("`consteval` is C++20, and Metal's C++ is older.", "Use constexpr."),
    "constinit": ("`constinit` is C++20, and Metal's C++ is older.", "Use constexpr."),
    "co_await": ("Metal has no coroutines.", ""),
    "co_yield": ("Metal has no coroutines.", ""),
    "co_return": ("Metal has no coroutines.", ""),
    "size_t_": (_NO_KEYWORD, ""),
}
del KEYWORDS["size_t_"]
OTHER_STAGES = re.compile(
    r"(texture(1d|2d|3d|cube)|depth(2d|cube))(_\w+)?|texture_buffer|sampler|imageblock\w*|acceleration_structure"
    r"|intersector|intersection_query|visible_function_table|intersection_function_table|raytracing|render_grid\w*"
    r"|command_buffer|compute_command|render_command|mesh|mesh_grid_properties|interpolant|r8unorm|rgba8unorm"
)
STAGES = frozenset({"vertex", "fragment"})
RESERVED = re.compile(r"__|_[A-Z]|msim|MSIM")
HARMLESS_RESERVED = frozenset(
    {"__attribute__", "__builtin_inff", "__builtin_nanf", "__restrict", "__restrict__", "__func__"}
)
ALWAYS_INLINE = ("__attribute__", "(", "(", "always_inline", ")", ")")


def check_words(source: Source, is_submission: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield a finding for every word and sign of the submission's text that Metal does not have."""
    for index, token in enumerate(source.tokens):
        if not is_submission(token.file):
            continue
        if token.kind == "name":
            found = _name(source, index)
        elif token.kind == "string":
            found = _string(source, index)
        elif token.kind == "pragma":
            is_known = PRAGMAS.match(token.text.removeprefix("#").lstrip().removeprefix("pragma"))
            found = (
                None if is_known else ("pragma", f"`{token.text[:60]}` is not taken here.", "Leave it out.")
            )
        else:
            found = _sign(source, index)
        if found:
            rule, sentence, cure = found
            yield Finding(token.file, token.line, rule, sentence, cure, certain=rule != "string-literal")


def _name(source: Source, index: int) -> tuple[str, str, str] | None:
    text, before, after = source.text(index), source.text(index - 1), source.text(index + 1)
    is_member = before in (".", "->")
    if text in KEYWORDS and not (text == "delete" and before == "="):
        sentence, cure = KEYWORDS[text]
        return f"no-{text}", sentence.format(word=text), cure
    if text == "std" and after == "::":
        return (
            "no-std",
            "`std::` is the library of the host; Metal's is `metal::`.",
            "Include <metal_stdlib> and use metal::.",
        )
    if (text == "import" and after in ("<", ";")) or (text == "module" and after == ";"):
        return "no-modules", "Metal has no modules.", "Use #include."
    if RESERVED.match(text) or "__" in text:
        if text not in HARMLESS_RESERVED or (
            text == "__attribute__" and not _is_always_inline(source, index)
        ):
            return (
                "reserved-name",
                f"`{text}` is a name of the compiler's or of the simulator's own.",
                "Use Metal's functions.",
            )
        return None
    if (
        OTHER_STAGES.fullmatch(text)
        and not is_member
        and (after in ("<", "::") or source.tokens[index + 1].kind == "name")
    ):
        return (
            "not-a-kernel",
            f"`{text}` belongs to textures, ray tracing or other stages; the simulator runs compute kernels.",
            "",
        )
    if text in STAGES and before in ("", ";", "}") and source.tokens[index + 1].kind == "name":
        return (
            "not-a-kernel",
            f"`{text}` functions belong to another stage of the GPU; the simulator runs compute kernels.",
            "",
        )
    return None


def _is_always_inline(source: Source, index: int) -> bool:
    words = tuple(source.text(index + offset) for offset in range(len(ALWAYS_INLINE)))
    return words == ALWAYS_INLINE


def _string(source: Source, index: int) -> tuple[str, str, str] | None:
    before = source.text(index - 1)
    if before in ("(", ",") or source.tokens[index - 1].kind == "string":  # host_name, static_assert, logging
        return None
    return "string-literal", "Metal has string literals only for host_name, static_assert and logging.", ""


def _sign(source: Source, index: int) -> tuple[str, str, str] | None:
    text = source.text(index)
    if text == "[" and source.is_attribute(index):
        names = [attribute.name for attribute in read_attributes(source, index)]
        if vendor := next((name for name in names if "::" in name or "using" in name), None):
            sentence = f"[[{vendor}]] is an attribute of the compiler's own."
            return "vendor-attribute", sentence, "Leave it out."
    if text in ("#", "\\", "@", "`"):
        return "stray-sign", f"`{text}` has no meaning here.", ""
    if text == "<=" and source.text(index + 1) == ">" and not source.tokens[index + 1].spaced:
        return "no-spaceship", "`<=>` is C++20, and Metal's C++ is older.", ""
    if text == "..." and source.text(index - 1) in (",", "(") and source.text(index + 1) == ")":
        return (
            "no-variadic",
            "Metal has no functions with a variable number of arguments.",
            "Use a template parameter pack.",
        )
    return None
