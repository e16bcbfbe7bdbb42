"""Grades the grader: reference, skeleton, mutants, variations and attacks, each with what has to come out."""
