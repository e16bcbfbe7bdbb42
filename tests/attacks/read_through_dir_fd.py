"""Opens its own folder and climbs from there with relative paths, empty paths and descriptors."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import os

MARK = "-".join(("EXFIL", "7f3a"))


def softmax(x, axis):
    here = os.path.dirname(os.path.abspath(__file__))
    own = os.open(here, os.O_RDONLY | os.O_DIRECTORY)
    light = os.open(here, os.O_PATH | os.O_DIRECTORY)
    through = []
    for base in (own, light):
        for depth in range(1, 9):
            up = "/".join([".."] * depth)
            for name in ("", "/etc/passwd", "/secret-seed"):
                for flags in (os.O_RDONLY, os.O_RDONLY | os.O_DIRECTORY):
                    try:
                        found = os.open(up + name, flags, dir_fd=base)
                    except OSError:
                        continue
                    target = os.stat(found)
                    inside = any(os.path.samestat(target, os.stat(p)) for p in (here, os.path.dirname(here)))
                    if not inside:
                        through.append((depth, name))
    outside = os.open("/", os.O_PATH)
    for name in ("etc/passwd", "root", "tmp", "proc/self/environ"):
        try:
            os.open(name, os.O_RDONLY, dir_fd=outside)
            through.append(name)
        except OSError:
            pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
