"""The model does not read rope_theta."""

FAILS = [
    "1.5.3 model-tied",
    "1.5.3 model-untied",
    "1.5.3 model-config",
]
HINTS = {
    "1.5.3 model-config": "the theta that is passed in is ignored",
}
CHANGES = [
    (
        "qwen2_week1.py",
        """\
                theta=args.rope_theta,
""",
        "",
    ),
]
