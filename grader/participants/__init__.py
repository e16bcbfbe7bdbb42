"""Those who take part in `grader bench` beside a submission: the reference's rungs, MLX, torch.

Each runs in a process of its own (`python -m grader.participants KIND`), because the grader has torch and no MLX, and
two libraries in one process share threads and memory. Trusted: they time themselves. Knows shapes and inputs; nothing
about submissions or the course.
"""
