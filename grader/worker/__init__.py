"""Runs a submission in a confined process of its own; knows nothing about the course, oracles or verdicts.

Two sides share this folder. The trusted side (`client`, `process`, `watchdog`, `faults`) lives in the
grader. The untrusted side (`boot`, `zygote`, `main`, `resolve`, `stubs`, `values`, `standins`,
`checkpoint`) is loaded in the worker under another package name, from this folder alone, so nothing there
can import the rest of the grader. `wire` belongs to both.
"""
