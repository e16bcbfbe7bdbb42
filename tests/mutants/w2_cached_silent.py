"""Nothing is printed or returned."""

WEEK = 2
FAILS = [
    "2.1 prints-text",
]
CHANGES = [
    (
        "generate.py",
        """\
        print(segment, end="", flush=True)
        fed""",
        "        fed",
    ),
    (
        "generate.py",
        """\
    print(segment := stream.last_segment, flush=True)
    return text + segment
""",
        "",
    ),
]
