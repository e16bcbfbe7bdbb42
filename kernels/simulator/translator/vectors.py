"""Vectors: Metal constructs and casts them by their type's name, which C++ cannot do with built-in vectors.

The names are Metal's and those that the source gives to vector types by ``using`` and ``typedef``.
"""

from __future__ import annotations

from .source import Source

ELEMENTS = (
    "char",
    "uchar",
    "short",
    "ushort",
    "int",
    "uint",
    "long",
    "ulong",
    "half",
    "float",
    "bfloat",
    "bool",
)
VECTORS = frozenset(
    f"{packed}{element}{n}" for packed in ("", "packed_") for element in ELEMENTS for n in (2, 3, 4)
)
NEVER_CONSTRUCT = frozenset({"operator", "typename", "struct", "class", "using", "namespace"})
STARTS_EXPRESSION = frozenset({"(", "-", "+", "!", "~", "*", "&", "++", "--", "::"})
KEYWORDS_BEFORE_CAST = frozenset({"return", "else", "case", "do"})


def vector_aliases(source: Source) -> frozenset[str]:
    """Return the names that ``using`` and ``typedef`` give to vector types."""
    names: set[str] = set()
    for index, token in enumerate(source.tokens):
        if token.text == "using" and source.text(index + 2) == "=":
            end = type_end(source, index + 3, VECTORS | names)
            if end is not None and source.text(end) == ";":
                names.add(source.text(index + 1))
        elif token.text == "typedef":
            end = type_end(source, index + 1, VECTORS | names)
            if end is not None and source.text(end + 1) == ";":
                names.add(source.text(end))
    return frozenset(names)


def type_end(source: Source, index: int, vectors: frozenset[str] | set[str]) -> int | None:
    """Return the index behind a vector type that starts at ``index``, or None."""
    while source.text(index) in ("metal", "simd", "::", "const", "typename"):
        index += 1
    if source.text(index) == "vec" and source.text(index + 1) == "<":
        close = source.close_angle(index + 1)
        return None if close is None else close + 1
    return index + 1 if source.text(index) in vectors else None


def rewrite_constructor(source: Source, index: int, vectors: frozenset[str]) -> None:
    """Rewrite the construction of a vector whose type has its name at ``index``, if it is one.

    ``float4(a, b)`` and ``float4{a, b}`` are calls; ``float4 x(a, b), y(c);``, ``float4 x = {a, b};`` and
    ``bool4 x = a < b;`` are declarations.
    """
    start = _qualified_start(source, index)
    end = type_end(source, index, vectors)
    if end is None or source.text(start - 1) in (*NEVER_CONSTRUCT, "::", ".", "->"):
        return
    opener = source.text(end)
    is_named = source.tokens[end].kind == "name" if end < len(source) else False
    if opener in ("(", "{"):
        if source.text(end + 1) not in ("*", "&") and not _is_function_type(source, start, end):
            source.replace(start, end, f"msim::make<{source.join(start, end)}>")
            if opener == "{":
                source.edits[end], source.edits[source.match[end]] = "(", ")"
    elif is_named and source.text(end + 1) == "=":
        if source.text(end + 2) == "{":
            _construct_from_list(source, start, end)
        elif source.text(index).startswith("bool"):
            _convert_initialiser(source, start, end)
    elif is_named and source.text(end + 1) in ("(", "{") and _is_variable(source, start, end + 1):
        _construct_variables(source, end, source.join(start, end))


def _qualified_start(source: Source, index: int) -> int:
    """Return the index of the first token of the qualified name that ends at ``index``, ``typename`` included."""
    start = index
    while source.text(start - 1) == "::":
        if source.tokens[start - 2].kind != "name" and source.text(start - 2) != ">":
            return start - 1
        start -= 2
        if source.text(start) == ">":
            start = _open_angle(source, start) - 1
    return start - 1 if start < index and source.text(start - 1) == "typename" else start


def _open_angle(source: Source, index: int) -> int:
    depth = 0
    while index > 0:
        text = source.text(index)
        if text in (")", "]", "}"):
            index = source.match[index]
        depth += (text == ">") - (text == "<")
        if depth == 0:
            return index
        index -= 1
    return index


def _construct_variables(source: Source, name: int, type_text: str) -> None:
    """Rewrite ``x(a, b), y(c)`` from ``name`` on as ``x = make(a, b), y = make(c)``."""
    while source.tokens[name].kind == "name" and source.text(name + 1) in ("(", "{"):
        opener, close = name + 1, source.match[name + 1]
        if close > opener + 1:
            source.edits[name] = f"{source.text(name)} = msim::make<{type_text}>"
            source.edits[opener], source.edits[close] = "(", ")"
        if source.text(close + 1) != ",":
            return
        name = close + 2


def _construct_from_list(source: Source, start: int, name: int) -> None:
    """Construct ``float4 name = {a.xy, b};`` from its parts; a list that is too short is left to the compiler."""
    opener = name + 2
    close = source.match[opener]
    if len(source.split(opener + 1, close)) > 1:
        source.edits[name + 1] = f"= msim::make<{source.join(start, name)}>"
        source.edits[opener], source.edits[close] = "(", ")"


def _convert_initialiser(source: Source, start: int, name: int) -> None:
    """Convert the value of ``bool4 name = a < b;``: comparing vectors gives integers here."""
    first = name + 2
    if source.text(first) == "{":
        return
    end = first
    while source.text(end) not in (";", ",", ")", ""):
        end = source.match[end] + 1 if source.text(end) in ("(", "[", "{") else end + 1
    source.edits[name + 1] = f"= msim::make<{source.join(start, name)}>("
    source.edits[end] = ")" + source.edits.get(end, source.text(end))


def _is_function_type(source: Source, start: int, opener: int) -> bool:
    """Tell ``float4(float)`` as a template argument, the type of a function, from a constructor."""
    return (
        source.text(start - 1) in ("<", ",")
        and source.text(opener + 1) in ELEMENTS
        and source.text(opener + 2) == ")"
    )


def _is_variable(source: Source, start: int, opener: int) -> bool:
    """Tell ``float4 x(a, b);`` in a function body from the declaration of a function."""
    first = start
    while source.text(first - 1) in ("const", "constexpr", "thread", "constant"):
        first -= 1
    close = source.match[opener]
    return (
        source.text(first - 1) in (";", "{", "}")
        and source.text(close + 1) in (";", ",")
        and not _is_parameter(source, opener + 1)
    )


def _is_parameter(source: Source, index: int) -> bool:
    """Tell ``float4 x`` and ``float4`` (a parameter) from ``a + b`` (an argument)."""
    if source.tokens[index].kind != "name":
        return False
    is_type = source.text(index) in ELEMENTS or source.text(index) in VECTORS
    return source.tokens[index + 1].kind == "name" or (
        is_type and source.text(index + 1) in (",", ")", "&", "*")
    )


def rewrite_cast(source: Source, index: int, vectors: frozenset[str]) -> None:
    """Rewrite ``(float4)x``: ``->*`` binds its right side exactly as a cast does."""
    end = type_end(source, index + 1, vectors)
    if end is None or source.match[index] != end:
        return
    before, after = source.tokens[index - 1], source.tokens[end + 1]
    follows_value = before.kind in ("name", "number") and before.text not in KEYWORDS_BEFORE_CAST
    if follows_value or before.text in (")", "]", ">"):
        return
    if after.kind in ("name", "number") or after.text in STARTS_EXPRESSION:
        source.replace(index, end + 1, f"msim::cast_to<{source.join(index + 1, end)}>() ->*")
