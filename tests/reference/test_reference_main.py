"""python -m reference streams an answer, and answers a bad command line with one sentence and exit code 2."""

import shutil
import subprocess
import sys
from pathlib import Path

import mlx.core as mx
import pytest

from grader import skeleton
from reference.__main__ import main
from reference.generate import simple_generate
from reference.models import load
from reference.qwen2_week1 import Qwen2ModelWeek1
from reference.sampler import make_sampler

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.parametrize(
    "checkpoint", ["untied"], indirect=True
)  # the kind of head is not the matter


@pytest.fixture(autouse=True)
def _imports_as_before(monkeypatch):
    """Forget the solutions that a test made importable."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in [n for n in sys.modules if n.partition(".")[0] == "solution"]:
        del sys.modules[name]


def expected(folder, prompt, max_tokens, sampler):
    """Generate with the parts themselves, cut off after `max_tokens`."""
    model, tokenizer = load(folder)
    prompt = f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
    left = max_tokens

    def limited(logprobs):
        nonlocal left
        left -= 1
        return mx.array([tokenizer.eos_token_id]) if left < 0 else sampler(logprobs)

    return simple_generate(Qwen2ModelWeek1(model), tokenizer, prompt, limited)


@pytest.mark.parametrize(
    ("options", "sampler"),
    [([], (0.0,)), (["--sampler-temp", "0.8", "--top-p", "0.9", "--top-k", "7"], (0.8, 0.9, 7))],
)
def test_streams_the_answer(checkpoint, quantized, capsys, options, sampler):
    """Chat template, sampler options and limit reach the generation."""
    mx.random.seed(1)
    want = expected(quantized, "hello", 12, make_sampler(*sampler))
    assert capsys.readouterr().out == want + "\n"
    mx.random.seed(1)
    assert main(["--prompt", "hello", "--model", str(quantized), "--max-tokens", "12", *options]) == 0
    assert capsys.readouterr() == (want + "\n", "")
    assert want


def test_runs_as_a_command(checkpoint, quantized):
    """`python -m reference` from the project's root, greedy."""
    command = ["--prompt", "hello", "--model", str(quantized), "--max-tokens", "5"]
    done = subprocess.run(
        [sys.executable, "-m", "reference", *command], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == expected(quantized, "hello", 5, make_sampler(0)) + "\n"


@pytest.mark.parametrize("layout", ["my-answer", "course/src/tiny_llm", "home/student"])
def test_runs_any_folder_with_the_same_files(checkpoint, quantized, capsys, tmp_path, layout):
    """A path to a package, or to what holds one, in place of the reference."""
    shutil.copytree(ROOT / "reference", tmp_path / layout)
    generate = tmp_path / layout / "generate.py"
    generate.write_text(generate.read_text().replace("print(segments[-1], flush", "print('mine', flush"))
    root = tmp_path / layout.split("/")[0]
    command = ["--prompt", "hello", "--model", str(quantized), "--max-tokens", "3", "--solution", str(root)]
    assert main(command) == 0
    assert capsys.readouterr().out.endswith("mine\n")


def test_an_unfinished_solution_says_which_task(checkpoint, quantized, capsys, tmp_path):
    """The skeleton ends with the task that it stopped at and exit code 1."""
    blanks = {"basics.py": {"linear": "1.1.2"}}
    skeleton.write(skeleton.generate(ROOT / "reference", tmp_path, blanks), tmp_path)
    command = ["--prompt", "hello", "--model", str(quantized), "--solution", str(tmp_path)]
    assert main(command) == 1
    assert capsys.readouterr() == (
        "",
        f"error: {tmp_path} is not finished: task 1.1.2: implement linear\n",
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "the following arguments are required: --prompt"),
        (["--prompt", "x", "--model", "nowhere"], "there is no model folder 'nowhere'"),
        (["--prompt", "x", "--solution", "nowhere"], "the solution 'nowhere' has no qwen2_week1.py"),
        (
            ["--prompt", "x", "--sampler-temp", "-1"],
            "argument --sampler-temp: '-1' is not a float from 0 to 100",
        ),
        (
            ["--prompt", "x", "--sampler-temp", "nan"],
            "argument --sampler-temp: 'nan' is not a float from 0 to 100",
        ),
        (["--prompt", "x", "--top-p", "2"], "argument --top-p: '2' is not a float from 0 to 1"),
        (["--prompt", "x", "--top-k", "many"], "argument --top-k: 'many' is not a int from 0 to 2147483648"),
        (
            ["--prompt", "x", "--max-tokens", "0"],
            "argument --max-tokens: '0' is not a int from 1 to 2147483648",
        ),
        (["--prompt", "x", "--tokens", "1"], "unrecognized arguments: --tokens 1"),
    ],
)
def test_bad_input_gets_one_sentence(checkpoint, capsys, options, message):
    """Exit code 2, nothing on stdout, one line on stderr."""
    try:
        code = main(options)
    except SystemExit as left:  # argparse leaves by itself
        code = left.code
    assert code == 2
    assert capsys.readouterr() == ("", f"error: {message}\n")


def test_a_checkpoint_without_a_tokenizer_is_named(capsys, checkpoint, tmp_path):
    """Random weights can be loaded, but have nothing to say."""
    for name in ("config.json", "model.safetensors"):
        shutil.copy(checkpoint[0] / name, tmp_path)
    assert main(["--prompt", "x", "--model", str(tmp_path)]) == 2
    assert capsys.readouterr() == (
        "",
        f"error: the model {str(tmp_path)!r} has no tokenizer with a chat template\n",
    )
