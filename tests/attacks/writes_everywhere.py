"""Writes, links, renames and removes in every folder that it knows, its own included."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import os
import sys

MARK = "-".join(("EXFIL", "7f3a"))


def softmax(x, axis):
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(here)
    worker = os.path.dirname(sys.modules["submission_worker"].__file__)
    places = ["/tmp", "/var/tmp", "/dev/shm", "/run/lock", "/", ".", here, root, os.path.dirname(root), worker, os.path.dirname(os.__file__),
              next(iter(sys.modules["mlx"].__path__))]
    through = []
    for place in places:
        def name(suffix):
            return os.path.join(place, "hostile-" + suffix)
        attempts = {
            "file": lambda: os.open(name("file"), os.O_CREAT | os.O_WRONLY),
            "nameless": lambda: os.open(place, os.O_TMPFILE | os.O_RDWR),
            "folder": lambda: os.mkdir(name("folder")),
            "link": lambda: os.symlink("/etc/passwd", name("link")),
            "hard": lambda: os.link(os.path.join(here, "basics.py"), name("hard")),
            "fifo": lambda: os.mkfifo(name("fifo")),
            "node": lambda: os.mknod(name("node")),
            "move": lambda: os.rename(os.path.join(here, "basics.py"), name("moved")),
            "mode": lambda: os.chmod(place, 0o777),
            "times": lambda: os.utime(place, (1, 1)),
            "attribute": lambda: os.setxattr(place, "user.hostile", b"1"),
            "owner": lambda: os.chown(place, os.getuid(), os.getgid()),
            "remove": lambda: os.rmdir(place),
        }
        for what, attempt in attempts.items():
            try:
                attempt()
                through.append((place, what))
            except OSError:
                pass
    for file in (__file__, os.path.join(here, "attention.py"), sys.modules["submission_worker.wire"].__file__):
        for attempt in (lambda: open(file, "a"), lambda: open(file, "r+"), lambda: os.truncate(file, 0), lambda: os.unlink(file)):
            try:
                attempt()
                through.append(file)
            except OSError:
                pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
