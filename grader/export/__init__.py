"""A result in, text out: the result file and the console's tables.

Knows nothing about how checks are executed or where results are kept.
"""
