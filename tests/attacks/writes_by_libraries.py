"""Lets libraries write: MLX, numpy, SQLite, logs, temporary files, shelves, byte code, core dumps."""

LEAKS = ["EXFIL-7f3a"]
KINDS = {"1.1.1 softmax-values": "none"}
APPEND = {
    "basics.py": '''
import compileall
import faulthandler
import logging
import os
import py_compile
import shutil
import sqlite3
import tempfile
import zipfile

import mlx.core as mx
import numpy as np

MARK = "-".join(("EXFIL", "7f3a"))


def compiled():
    if not compileall.compile_file(__file__, quiet=2, force=True):
        raise OSError("refused")


def softmax(x, axis):
    through = []
    for place in ("/tmp", "/dev/shm", os.path.dirname(__file__), "/var/tmp"):
        path = os.path.join(place, "hostile")
        attempts = [
            lambda: mx.save(path, x), lambda: mx.savez(path, x), lambda: mx.save_safetensors(path, {"x": x}), lambda: mx.save_gguf(path, {"x": x}),
            lambda: np.save(path, np.zeros(2)), lambda: np.zeros(2).tofile(path), lambda: np.memmap(path, mode="w+", shape=(2,)),
            lambda: sqlite3.connect(path).execute("create table t(x)"), lambda: logging.FileHandler(path).emit(logging.makeLogRecord({})),
            lambda: tempfile.mkstemp(dir=place), lambda: tempfile.mkdtemp(dir=place), lambda: shutil.copy(__file__, path),
            lambda: zipfile.ZipFile(path, "w"), lambda: py_compile.compile(__file__, path + "c", doraise=True), compiled,
            lambda: faulthandler.enable(open(path, "w")), lambda: mx.export_function(path, lambda a: a + 1, x),
        ]
        for number, attempt in enumerate(attempts):
            try:
                attempt()
                through.append((place, number))
            except (OSError, RuntimeError, ValueError, sqlite3.Error, py_compile.PyCompileError):
                pass
    if through:
        raise RuntimeError(f"{MARK} {through}")
'''
}
