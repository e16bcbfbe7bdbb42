"""The package that students get: the skeleton, the toolchain, and a grader that knows public cases and no answers.

`home/` holds the files that stand in that package in place of those of the same name: where the grader asks an oracle,
they read what was recorded. `public_cases` and `codec` are part of the package, too; the rest makes it.
"""
