"""The numbers of a case: public ones are the same everywhere, hidden ones hang on the secret seed."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from grader.course import checkpoints
from grader.course.arrays import EPS, LARGEST, make, numbers
from grader.course.catalog import COURSE
from grader.course.model import CaseCheck, Checkpoint, Layer, Made, Strided
from grader.paths import ROOT
from grader.run.oracle_cache import OracleCache
from grader.run.session import Checkpoints
from grader.worker.wire import Array

PAIRS = [(t, c) for w in COURSE.weeks for t in w.tasks for c in t.checks if isinstance(c, CaseCheck)]
# integers alone: nothing in these calls is drawn
UNSEEDED = {"attention.causal_mask"}


def _bytes(value):
    if isinstance(value, Array):
        return value.data
    if isinstance(value, Layer):
        return value.weight.data + value.scales.data + value.biases.data
    if isinstance(value, Strided):
        return value.array.data
    if isinstance(value, Made):
        return _bytes(value.argument)
    if isinstance(value, Checkpoint):
        return b""
    return repr(value).encode()


def fingerprint(seed, public):
    """Return the hash of every call's numbers: {(task, check, index): hash}."""
    cache = OracleCache(seed, None)
    return {
        (task.id, check.name, case.index): hashlib.sha256(
            b"\0".join(_bytes(v) for v in cache.build(task.id, check, case).named().values())
        ).hexdigest()
        for task, check in PAIRS
        for case in check.cases(not public, task.first_case(check))
        if case.public == public
    }


def test_public_numbers_do_not_depend_on_the_seed():
    """A student's public case is the instructor's."""
    assert fingerprint(1, public=True) == fingerprint(2, public=True)


def test_public_numbers_are_the_same_in_another_process():
    """No hash randomisation and no state of the process enters them."""
    code = "from test_case_numbers import fingerprint as f\n"
    code += "print(sorted(f(1, True).items()), sorted(f(5, False).items()))"
    here = f"{sorted(fingerprint(1, True).items())} {sorted(fingerprint(5, False).items())}"
    folder = str(ROOT / "tests" / "grader" / "course")
    environment = {"PYTHONPATH": f"{ROOT}:{folder}", "PYTHONHASHSEED": "77", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == here


def test_hidden_numbers_depend_on_the_seed():
    """Another installation's hidden cases have other numbers, every single one of them."""
    one, other = fingerprint(1, public=False), fingerprint(2, public=False)
    seeded = {(t.id, c.name) for t, c in PAIRS if c.target not in UNSEEDED}
    assert one.keys() == other.keys()
    assert {key for key in one if one[key] == other[key] and key[:2] in seeded} == set()


def test_cases_of_a_check_have_different_numbers():
    """No two cases repeat each other."""
    for public in (True, False):
        found = fingerprint(3, public)
        keys = [key for key in found if key[0] != "1.3.2"]
        assert len({(key[:2], found[key]) for key in keys}) == len(keys)


def test_calls_are_rounded_to_their_precision():
    """Oracle and submission see the same numbers: whatever is a float argument has the case's dtype."""
    cache = OracleCache(4, None)
    for task, check in PAIRS:
        for case in check.cases(True, task.first_case(check)):
            call = cache.build(task.id, check, case)
            kinds = {v.dtype for v in call.named().values() if isinstance(v, (Array, Strided))}
            assert kinds <= {call.dtype, "int32", "uint32"}, (task.id, check.name)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_make_rounds_to_nearest_even(dtype):
    """Halfway between two numbers of the dtype the even one is taken, above it the next."""
    eps = EPS[dtype]
    halves = make([1 + eps / 2, 1 + 3 * eps / 2, 1 + eps * 0.51], dtype)
    assert numbers(halves).tolist() == [1.0, 1 + 2 * eps, 1 + eps]


def test_make_agrees_with_torch_on_random_bits():
    """bfloat16 is rounded as PyTorch rounds it, infinities, NaN and subnormal numbers included."""
    import torch

    values = np.random.default_rng(1).integers(0, 1 << 32, 20000, dtype=np.uint32).view(np.float32)
    ours = numbers(make(values, "bfloat16"))
    theirs = torch.from_numpy(values.copy()).bfloat16().double().numpy()
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_make_keeps_special_numbers(dtype):
    """NaN stays NaN, what is too large becomes infinite, the largest number stays."""
    got = numbers(make([np.nan, np.inf, -np.inf, LARGEST[dtype], 0.0], dtype))
    np.testing.assert_array_equal(got, [np.nan, np.inf, -np.inf, LARGEST[dtype], 0.0])


def test_make_refuses_a_dtype_that_does_not_exist():
    """The name stands in the error."""
    with pytest.raises(ValueError, match="float12"):
        make([1.0], "float12")


def test_random_checkpoints_hang_on_seed_and_name(tmp_path):
    """The same seed and name give the same file, another seed or name gives other weights."""
    files = {
        key: checkpoints.write(key[0], key[1], tmp_path / f"{i}") / "model.safetensors"
        for i, key in enumerate([("random-tied", 1), ("random-tied", 2), ("random-theta", 1)])
    }
    again = checkpoints.write("random-tied", 1, tmp_path / "again") / "model.safetensors"
    assert again.read_bytes() == files["random-tied", 1].read_bytes()
    assert len({f.read_bytes() for f in files.values()}) == 3


def test_checkpoint_folders_are_made_once_and_removed():
    """Public and hidden ones of a name lie apart; nothing is left after `close`."""
    folders = Checkpoints(5)
    public = folders.folder(Checkpoint("random-tied", public=True))
    hidden = folders.folder(Checkpoint("random-tied", public=False))
    weights = [(p / "model.safetensors").read_bytes() for p in (public, hidden)]
    assert folders.folder(Checkpoint("random-tied", public=True)) == public
    assert weights[0] != weights[1]
    assert public.is_relative_to(folders.root)
    assert public.is_relative_to(folders.readable(public=True)[0])
    assert hidden.is_relative_to(folders.readable(public=False)[0])
    assert not hidden.is_relative_to(folders.readable(public=True)[0])
    folders.close()
    assert not folders.root.exists()
