"""The drawing of one finding in a Metal kernel: a threadgroup as a row of simdgroups, and what one or two threads did.

Time runs down. Numbers and labels in, markup out; labels are escaped here. Knows nothing about how findings are made.
"""

from __future__ import annotations

from markupsafe import Markup

from grader.metal_result import Access, Trace
from grader.report.wording import cut, visible

WIDTH, HEIGHT = 360, 232
COLUMNS = (110, 262)  # where the line of each thread stands
MOST_GROUPS = 8  # simdgroups that are drawn; a threadgroup has 32 at most
ROW, BOX = 14, 16  # top and height of the row of simdgroups
TOP, BOTTOM = 104, 220  # of the lines of the threads
LABEL_CHARS = 34


def thread_picture(trace: Trace) -> Markup:
    """Draw who did what, and that nothing orders it; empty if no thread is known."""
    if not trace.accesses:
        return Markup("")
    shown = trace.accesses[:2]
    same_group = len({a.threadgroup for a in shown}) == 1
    marks = [_row(trace, shown) if same_group else Markup("")]
    marks += [_thread(access, x, same_group) for access, x in zip(shown, COLUMNS, strict=False)]
    if len(shown) == 2:
        marks.append(_between(trace, shown))
    label = visible(f"{_sentence(trace)}")
    head = Markup('<svg role="img" aria-label="{}" width="{}" height="{}" class="threads">')
    return head.format(label, WIDTH, HEIGHT) + Markup("").join(marks) + Markup("</svg>")


def _sentence(trace: Trace) -> str:
    told = [f"thread {_three(a.thread)} {a.what} at {a.place or 'an unknown line'}" for a in trace.accesses]
    where = f" on {trace.element}" if trace.element else ""
    return f"Threads of {trace.kernel}{where}: " + "; ".join(told)


def _row(trace: Trace, shown: tuple[Access, ...]) -> Markup:
    """Draw the threadgroup's simdgroups; those that are in question are filled and tied to their threads."""
    drawn = _drawn_groups(trace, shown)
    width = (WIDTH - 8) / len(drawn)
    marks = [_text(4, ROW - 4, f"simdgroups of threadgroup {_three(shown[0].threadgroup)}", "")]
    for place, group in enumerate(drawn):
        x = 4 + place * width
        hot = any(a.simdgroup == group for a in shown)
        box = Markup('<rect x="{:.1f}" y="{}" width="{:.1f}" height="{}" class="{}"/>')
        marks.append(box.format(x, ROW, width - 3, BOX, "hot" if hot else "cold"))
        name = Markup('<text x="{:.1f}" y="{}" text-anchor="middle" class="{}">{}</text>')
        marks.append(name.format(x + (width - 3) / 2, ROW + 12, "on" if hot else "", group))
    for access, column in zip(shown, COLUMNS, strict=False):
        x = 4 + drawn.index(access.simdgroup) * width + (width - 3) / 2
        tie = Markup('<line x1="{:.1f}" y1="{}" x2="{}" y2="{}" class="axis"/>')
        marks.append(tie.format(x, ROW + BOX, column, ROW + BOX + 16))
    return Markup("").join(marks)


def _drawn_groups(trace: Trace, shown: tuple[Access, ...]) -> list[int]:
    """Return the simdgroups to draw: all, or the first ones with those that are in question."""
    hot = {a.simdgroup for a in shown}
    total = max(trace.simdgroups, 1 + max(hot))
    if total <= MOST_GROUPS:
        return list(range(total))
    rest = [group for group in range(total) if group not in hot]
    return sorted(hot | set(rest[: MOST_GROUPS - len(hot)]))


def _thread(access: Access, x: int, same_group: bool) -> Markup:
    where = f"simdgroup {access.simdgroup}, lane {access.lane}"
    if not same_group:
        where = f"threadgroup {_three(access.threadgroup)}"
    early = x == COLUMNS[0]
    y = TOP + 12 if early else BOTTOM - 46
    marks = [
        _text(x, ROW + BOX + 30, f"thread {_three(access.thread)}", "strong", "middle"),
        _text(x, ROW + BOX + 45, where, "", "middle"),
        Markup('<line x1="{0}" x2="{0}" y1="{1}" y2="{2}" class="axis"/>').format(x, TOP - 10, BOTTOM),
        Markup('<rect x="{}" y="{}" width="14" height="34" class="{}"/>').format(
            x - 7, y, "write" if access.what == "writes" else "read"
        ),
        _text(x + 12, y + 14, access.what, "strong"),
        _text(x + 12, y + 29, _line_of(access), ""),
    ]
    return Markup("").join(marks)


def _line_of(access: Access) -> str:
    line = access.place.rpartition(":")[2]
    return f"line {line}" if line else ""


def _between(trace: Trace, shown: tuple[Access, ...]) -> Markup:
    """Draw the missing barrier, and between the two what both touch."""
    y = (TOP + BOTTOM) // 2 - 1
    if any(a.what in ("waits", "returns") for a in shown):
        words = "not all threads get there"
    else:
        words = "nothing orders the two"
    line = Markup('<line x1="20" y1="{0}" x2="{1}" y2="{0}" class="missing"/>').format(y, WIDTH - 12)
    marks = [line, _text(WIDTH - 14, y - 5, words, "fail", "end")]
    if trace.element:
        marks.append(_text(20, y + 15, cut(trace.element, LABEL_CHARS), "fail mono"))
    return Markup("").join(marks)


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> Markup:
    text = Markup('<text x="{:g}" y="{:g}" text-anchor="{}" class="{}">{}</text>')
    return text.format(x, y, anchor, kind, visible(words))


def _three(values: tuple[int, int, int]) -> str:
    return f"[{', '.join(map(str, values))}]"
