"""Reports: a `Result` in, text out.

Knows nothing about databases, clocks, networks or how checks are executed.
"""

from grader.report.render import render_student, write_student

__all__ = ["render_student", "write_student"]
