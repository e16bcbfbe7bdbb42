"""Nothing is printed and nothing returned."""

FAILS = ["1.6 prints-text"]
CHANGES = [
    (
        "generate.py",
        """\
        print(segments[-1], end="", flush=True)
""",
        "",
    ),
    (
        "generate.py",
        """\
    print(segments[-1], flush=True)
""",
        "",
    ),
    (
        "generate.py",
        """\
    return "".join(segments)
""",
        "",
    ),
]
