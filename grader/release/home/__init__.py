"""Files of a student's package: each stands there in place of the grader's own file of the same name."""
