"""Autograder for the course: compute inside a sandboxed worker, judge outside it."""

__version__ = "0.1.0"
