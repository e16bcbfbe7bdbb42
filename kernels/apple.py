"""Where Apple's developer tools lie: what a compiler on a Mac reads and starts. UNTESTED: never run on a Mac."""

import functools
import subprocess

COMMAND_LINE_TOOLS = "/Library/Developer/CommandLineTools"  # if nobody has chosen another folder


@functools.lru_cache(maxsize=1)
def developer_folder() -> str:
    """Return the folder of the active developer tools, with SDKs and compilers, as `xcode-select` names it."""
    try:
        done = subprocess.run(["/usr/bin/xcode-select", "-p"], capture_output=True, text=True, check=False)
    except OSError:
        return COMMAND_LINE_TOOLS
    return done.stdout.strip() or COMMAND_LINE_TOOLS
