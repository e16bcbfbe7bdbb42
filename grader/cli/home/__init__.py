"""Commands of a student's package: each file stands there in place of the one of the same name."""
