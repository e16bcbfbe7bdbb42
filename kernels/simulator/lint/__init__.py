"""What Metal's compiler refuses and clang here would take, and what a kernel has no business with.

Two passes: ``directives`` reads a submission's files before anything is preprocessed; the others read tokens after it.
It is a border as well: kernels are compiled to native code, so no text may reach the host's headers, assembly, the
compiler's own built-in functions or another file's line markers. It is not the only border: pointers can still be
made to point anywhere, and kernels run in a sandboxed process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..errors import Finding
from ..translator.declarations import Declaration
from ..translator.source import Source
from .calls import check_recursion
from .directives import check_directives
from .pointers import check_pointers
from .spaces import check_spaces
from .variables import check_variables
from .words import check_words

__all__ = ["check_directives", "check_tokens"]


def check_tokens(
    source: Source, outline: list[Declaration], is_submission: Callable[[str], bool]
) -> list[Finding]:
    """Return the findings in a submission's own text, in the order of its lines.

    Args:
        source: The preprocessed text, not yet edited.
        outline: Its declarations.
        is_submission: Tells for a file whether findings in it count.
    """
    findings = dict.fromkeys(_all(source, outline, is_submission))
    return sorted(findings, key=lambda finding: (finding.file, finding.line))


def _all(
    source: Source, outline: list[Declaration], is_submission: Callable[[str], bool]
) -> Iterator[Finding]:
    own = [declaration for declaration in outline if is_submission(source.tokens[declaration.start].file)]
    yield from check_words(source, is_submission)
    yield from check_variables(source, own)
    yield from check_pointers(source, own, is_submission)
    yield from check_spaces(source, own)
    yield from check_recursion(source, own)
